/** A run of text that both sides have, or only one of them. */
export type TextPart = { kind: "same" | "added" | "removed"; text: string };

/** Beyond this two texts are shown one after the other: comparing them takes time by the square of it. */
const wordsMax = 800;

/** The words that one text took away and the other put in; null when they are too long to compare. */
export function textDiff(before: string, after: string): TextPart[] | null {
  const old = wordsOf(before);
  const now = wordsOf(after);
  if (old.length > wordsMax || now.length > wordsMax) return null;
  const common = commonLengths(old, now);
  const at = (i: number, j: number) => common[i * (now.length + 1) + j] ?? 0;
  const parts: TextPart[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      push(parts, "same", old[i]);
      i += 1;
      j += 1;
    } else if (i < old.length && (j === now.length || at(i + 1, j) >= at(i, j + 1))) {
      push(parts, "removed", old[i]);
      i += 1;
    } else {
      push(parts, "added", now[j]);
      j += 1;
    }
  }
  return parts;
}

function wordsOf(text: string): string[] {
  return text.match(/\s+|[^\s]+/g) ?? [];
}

/** For each pair of beginnings the most words that what follows has in common. */
function commonLengths(old: readonly string[], now: readonly string[]): Uint16Array {
  const width = now.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const [below, right, diagonal] = [(i + 1) * width + j, i * width + j + 1, (i + 1) * width + j + 1];
      lengths[i * width + j] =
        old[i] === now[j] ? (lengths[diagonal] ?? 0) + 1 : Math.max(lengths[below] ?? 0, lengths[right] ?? 0);
    }
  }
  return lengths;
}

function push(parts: TextPart[], kind: TextPart["kind"], text = ""): void {
  const last = parts.at(-1);
  if (last?.kind === kind) last.text += text;
  else parts.push({ kind, text });
}
