/**
 * Letters of other scripts, and digits, that read as Latin ones, each with what it reads as: those of Cyrillic and
 * Greek, after the table of Unicode's confusables (UTS 39) as far as it concerns a–z.
 */
const readsAs = new Map(
  Object.entries({
    a: "аαɑ",
    b: "вьβ",
    c: "сϲ",
    d: "ԁ",
    e: "еєε",
    g: "ɡ",
    h: "һнη",
    i: "іιı1lӏ",
    j: "ј",
    k: "кκ",
    m: "мμ",
    n: "пν",
    o: "оοσ0",
    p: "рρ",
    q: "ԛ",
    r: "г",
    s: "ѕ",
    t: "тτ",
    u: "υ",
    w: "ԝωш",
    x: "хχ",
    y: "уγ",
    z: "ζ",
  }).flatMap(([letter, others]) => Array.from(others, (other) => [other, letter] as const)),
);

/** What a name reads as: two names with the same reading are one to whoever looks at them. */
export function readingOf(name: string): string {
  const plain = name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\p{P}]+/gu, " ")
    .trim();
  return Array.from(plain, (letter) => readsAs.get(letter) ?? letter).join("");
}
