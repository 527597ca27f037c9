import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { newKeyText, readKeyText } from "./key-text.ts";

test("a key says whose it is and which one, and gives its secret's hash", () => {
  for (const id of [
    randomUUID(),
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
  ]) {
    const { text, secretHash, ending } = newKeyText(id, id);
    expect(text).toMatch(/^astra_live_[0-9A-Za-z]{43}_[0-9A-Za-z]{49}$/);
    expect(readKeyText(text)).toEqual({ organizationId: id, keyId: id, secretHash });
    expect(text.endsWith(ending)).toBe(true);
    expect(text).not.toContain(secretHash.toString("hex"));
  }
});

test("no two keys are alike", () => {
  const id = randomUUID();
  const texts = Array.from({ length: 100 }, () => newKeyText(id, id).text);
  expect(new Set(texts).size).toBe(100);
});

test("what was mistyped or cut off is no key, wherever it was changed", () => {
  const { text } = newKeyText(randomUUID(), randomUUID());
  const wrong = [
    "",
    " ",
    text.slice(0, -1),
    `${text}x`,
    ` ${text}`,
    text.toLowerCase(),
    text.replace("live", "test"),
    text.replaceAll("_", "-"),
    // A number that has no place in 32 bytes.
    `astra_live_${"z".repeat(43)}_${"z".repeat(49)}`,
  ];
  for (const one of wrong) expect(readKeyText(one), one).toBeNull();
  for (let at = "astra_live_".length; at < text.length; at++) {
    const other = text[at] === "a" ? "b" : "a";
    if (text[at] === "_") continue;
    expect(readKeyText(text.slice(0, at) + other + text.slice(at + 1)), String(at)).toBeNull();
  }
});
