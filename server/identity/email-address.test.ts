import { describe, expect, test } from "vitest";
import { normalizeEmail } from "./email-address.ts";

describe("normalizeEmail", () => {
  test.each([
    ["Ada@Example.COM", "ada@example.com"],
    ["  ada@example.com\n", "ada@example.com"],
    ["ＡＤＡ@ｅｘａｍｐｌｅ.com", "ada@example.com"],
    ["jose\u0301@example.com", "josé@example.com"],
    ["ada@münchen.de", "ada@xn--mnchen-3ya.de"],
    ["ada@xn--mnchen-3ya.de", "ada@xn--mnchen-3ya.de"],
    ["иван@почта.рф", "иван@xn--80a1acny.xn--p1ai"],
    ["用户@例え.jp", "用户@xn--r8jz45g.jp"],
    ["o'brien+news@example.co", "o'brien+news@example.co"],
  ])("gives %j its one form", (typed, stored) => {
    expect(normalizeEmail(typed)).toBe(stored);
  });

  test.each([
    ["a Cyrillic а among Latin letters", "аdmin@example.com"],
    ["Cyrillic letters that read as Latin ones", "асе@example.com"],
    ["a dotless i", "admın@example.com"],
    ["a second dot over an i", "İ@example.com"],
    ["an invisible character", "ad\u200ba@example.com"],
    ["a turned reading direction", "ada\u202egro.elpmaxe@example.com"],
    ["a line break in the middle", "ada@example.com\nBcc: eve@example.com"],
    ["a NUL", "ada\0@example.com"],
  ])("refuses %s", (_, typed) => {
    expect(normalizeEmail(typed)).toBeNull();
  });

  test.each([
    "",
    "ada",
    "@example.com",
    "ada@",
    "ada@localhost",
    "a..b@example.com",
    ".a@example.com",
    "a b@example.com",
    '"a b"@example.com',
    "a@b@example.com",
    "ada@[127.0.0.1]",
    "ada@127.1",
    "ada@1.2.3.4",
    "ada@exa_mple.com",
    "ada@-example.com",
    "ada@example..com",
    "ada@example.com/path",
    "ada@example.com:25",
    `${"a".repeat(65)}@example.com`,
    `a@${"b".repeat(64)}.com`,
    `a@${`${"b".repeat(60)}.`.repeat(5)}com`,
  ])("refuses %j", (typed) => {
    expect(normalizeEmail(typed)).toBeNull();
  });

  test("says the same of its own answer", () => {
    for (const typed of ["Straße@Example.DE", "ÅSA@example.se", "иван@почта.рф"]) {
      const once = normalizeEmail(typed);
      expect(normalizeEmail(once ?? "")).toBe(once);
    }
  });
});
