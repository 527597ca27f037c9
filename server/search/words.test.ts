import { expect, test } from "vitest";
import { wordsToKeep, wordsToSeek } from "./words.ts";

/** Whether a search finds a text, as the database does it: each word sought begins a kept one. */
function finds(search: string, text: string): boolean {
  const kept = wordsToKeep(text);
  const sought = wordsToSeek(search);
  return sought.length > 0 && sought.every((word) => kept.some((token) => token.startsWith(word)));
}

test.each([
  ["crème", "CREME brulee"],
  ["creme", "Crème Brûlée"],
  ["bru cre", "Crème Brûlée"],
  ["strasse", "Lange Straße"],
  ["STRAẞE", "Lange Strasse"],
  ["lodz", "Łódź"],
  ["angstrom", "Ångström"],
  ["istanbul", "İSTANBUL"],
  ["οδος", "ΟΔΌΣ"],
  ["йога", "ЙОГА"],
  ["full", "Ｆｕｌｌ width"],
  ["ガギ", "ｶﾞｷﾞ"],
  ["café", "cafe\u0301"],
])("%s finds %s: case, accents, widths and ways of writing do not matter", (search, text) => {
  expect(finds(search, text)).toBe(true);
});

test.each([
  ["東京", "新東京タワー計画"],
  ["計画", "新東京タワー計画"],
  ["タワー", "新東京タワー計画"],
  ["新東京タワー計画の長い名前である", "新東京タワー計画の長い名前である"],
  ["ไทย", "ประเทศไทย"],
  ["회의", "회의록 정리"],
  ["v2", "計画v2"],
])("%s finds %s: scripts without spaces are found in the middle", (search, text) => {
  expect(finds(search, text)).toBe(true);
});

test.each([
  ["🚀", "Launch 🚀 now"],
  ["👍", "👍🏽 approved"],
  ["❤️", "We ❤ it"],
  ["👩", "👨‍👩‍👧 day"],
  ["🇩🇪", "🇫🇷🇩🇪 summit"],
])("%s finds %s: signs count as words", (search, text) => {
  expect(finds(search, text)).toBe(true);
});

test.each([
  ["ガ", "カ"],
  ["東京", "京東"],
  ["roject", "Project"],
  ["plan b", "Plan A"],
  ["🇩🇪", "🇫🇷"],
  ["", "anything"],
  ["!?", "What!?"],
])("%s does not find %s", (search, text) => {
  expect(finds(search, text)).toBe(false);
});

test("a mark that is a vowel or another letter stays", () => {
  expect(wordsToKeep("हिन्दी")).toEqual(["हिन्दी"]);
  expect(finds("हन", "हिन्दी")).toBe(false);
});

test("vowel signs that people leave out do not matter", () => {
  expect(finds("السلام", "السَّلَامُ")).toBe(true);
  expect(finds("שלום", "שָׁלוֹם")).toBe(true);
});

test("words, their length and their number are limited", () => {
  expect(wordsToKeep("x".repeat(200))).toEqual(["x".repeat(40)]);
  expect(wordsToSeek("x".repeat(100))).toContain("x".repeat(40));
  expect(wordsToKeep("計".repeat(2) + "画".repeat(400)).length).toBeLessThanOrEqual(256);
  expect(wordsToKeep(Array.from({ length: 900 }, (_, i) => `w${i}`).join(" "))).toHaveLength(256);
  expect(wordsToSeek("a b c d e f g h i j k l")).toHaveLength(8);
});

test("a word that another one implies is not sought", () => {
  expect(wordsToSeek("pl plan planner x")).toEqual(["planner", "x"]);
});

test("a long word is found by the whole of it", () => {
  const word = "pneumonoultramicroscopicsilicovolcanoconiosis".repeat(2);
  expect(finds(word, `About ${word}`)).toBe(true);
});

test("nothing that the database refuses becomes a word", () => {
  expect(wordsToKeep("a\0b \u0007 \ud800 c")).toEqual(["a", "b", "c"]);
});
