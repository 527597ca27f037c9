import { z } from "zod";

// Control characters break logs, exports and terminals; the others turn the reading direction or end a line
// unseen. Joiners stay allowed: Persian words and composed emoji need them.
const refusedInLine = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/u;
const lineBreaksAndTabs = /[\n\t]/g;
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** A trimmed line of text for people: 1 to `max` characters, at least one of them visible. */
export function line(max: number) {
  return z
    .string()
    .trim()
    .normalize("NFC")
    .min(1, "Say something here.")
    .max(max, `Use at most ${max} characters.`)
    .refine(isClean, "Leave out control characters.")
    .refine((text) => text === "" || visible.test(text), "Use at least one visible character.");
}

/** Trimmed text of any number of lines, which may be empty, with `\n` alone between them. */
export function paragraphs(max: number) {
  return z
    .string()
    .overwrite((text) => text.replaceAll("\r\n", "\n"))
    .trim()
    .normalize("NFC")
    .max(max, `Use at most ${max} characters.`)
    .refine((text) => isClean(text.replace(lineBreaksAndTabs, " ")), "Leave out control characters.");
}

function isClean(text: string): boolean {
  // PostgreSQL would store half of a surrogate pair as another character, without a word.
  return text.isWellFormed() && !refusedInLine.test(text);
}

/** What somebody types to find something; nothing but spaces counts as nothing. */
export const SearchText = z
  .string()
  .trim()
  .max(100, "Use at most 100 characters.")
  .refine(isClean, "Leave out control characters.");
