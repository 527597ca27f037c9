/** Longest word that is kept, in characters; what is longer is found by its beginning. */
const wordMax = 40;
/** Longest piece of a script without spaces. */
const pieceMax = 12;
/** Words kept of one text, and looked for in one search. */
const wordsKeptMax = 256;
const wordsSoughtMax = 8;

// Scripts that put no space between words: what starts in the middle of a run must be found as well.
const unspaced = String.raw`[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]`;
const pattern = new RegExp(
  String.raw`(?<run>[[\p{L}\p{N}\p{M}]&&${unspaced}]+)` +
    String.raw`|(?<word>[[\p{L}\p{N}]--${unspaced}][[\p{L}\p{N}\p{M}]--${unspaced}]*)` +
    String.raw`|(?<sign>\p{RI}\p{RI}|\p{Extended_Pictographic})`,
  "gv",
);

// Letters that Unicode does not take apart, though people leave their marks out.
const plainLetters: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ı: "i",
  ς: "σ",
};

// Marks that people leave out when they type (European accents, Hebrew points, Arabic vowel signs), and what
// only joins characters or chooses how they look.
const leftOut =
  /[\u0300-\u036f]|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]|[\u064b-\u0655\u0670]|\u200c|\u200d|\u20e3|[\ufe0e\ufe0f]/g;

/**
 * One spelling for everything that should be found alike: small letters, no diacritics, no widths. Other
 * marks stay: in most scripts a mark is a vowel or makes another letter.
 */
function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(leftOut, "")
    .normalize("NFC")
    .toLowerCase()
    .replace(/[ßæœøđðþłıς]/g, (letter) => plainLetters[letter] ?? letter);
}

function* parts(text: string): Generator<{ kind: "run" | "word"; characters: string[] }> {
  for (const { groups } of fold(text).matchAll(pattern)) {
    if (groups?.run) yield { kind: "run", characters: Array.from(groups.run) };
    else yield { kind: "word", characters: Array.from(groups?.word ?? groups?.sign ?? "").slice(0, wordMax) };
  }
}

/** The words under which a text is kept. Each is found by any beginning of it. At most 256. */
export function wordsToKeep(text: string): string[] {
  const words = new Set<string>();
  for (const { kind, characters } of parts(text)) {
    const starts = kind === "word" ? 1 : characters.length;
    const lengthMax = kind === "word" ? wordMax : pieceMax;
    for (let start = 0; start < starts; start++)
      words.add(characters.slice(start, start + lengthMax).join(""));
  }
  return [...words].slice(0, wordsKeptMax);
}

/** The beginnings of words that a text must have, each of them, to be found by this search. At most 8. */
export function wordsToSeek(search: string): string[] {
  const words = new Set<string>();
  for (const { kind, characters } of parts(search)) {
    const step = kind === "word" ? wordMax : pieceMax;
    for (let start = 0; start < characters.length; start += step) {
      words.add(characters.slice(start, start + step).join(""));
    }
  }
  // What begins with "plan" begins with "pl" as well.
  const telling = [...words].filter(
    (word) => ![...words].some((other) => other !== word && other.startsWith(word)),
  );
  return telling.slice(0, wordsSoughtMax);
}
