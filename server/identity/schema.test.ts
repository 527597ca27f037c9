import { describe, expect, test } from "vitest";
import { EmailAddress, NewPassword, PersonName, SignIn, SignUp } from "./schema.ts";

const messages = (result: { error?: { issues: { path: PropertyKey[]; message: string }[] } | undefined }) =>
  result.error?.issues.map((issue) => [issue.path.join("."), issue.message]);

describe("a new password", () => {
  test.each([
    ["nine characters", "Kumquat7!"],
    ["nine code points that are more code units", "😀".repeat(9)],
    ["201 code points", "äb".repeat(100) + "c"],
    ["a NUL", "correct\0horse battery"],
  ])("is refused with %s", (_, password) => {
    expect(NewPassword.safeParse(password).success).toBe(false);
  });

  test.each([
    ["ten code points", "Kumquat7!x"],
    ["200 code points", "äb".repeat(2) + "käse und brot ".repeat(14)],
    ["spaces and other alphabets", "кошка и собака"],
    ["a sentence", "my dog eats four shoes"],
  ])("is taken with %s", (_, password) => {
    expect(messages(NewPassword.safeParse(password))).toBeUndefined();
  });

  test("counts code points after NFKC, where a ligature is two letters", () => {
    expect(NewPassword.safeParse("ﬁnewords1").success).toBe(true);
    expect(NewPassword.safeParse("finewords").success).toBe(false);
  });

  test.each([
    "password123",
    "P@ssw0rd2024!",
    "Welcome@2024",
    "qwertyuiop",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "1234567890",
    "0987654321",
    "12345678910",
    "123456789a",
    "1111111111",
    "abcabcabcabc",
    "hunter2hunter2",
    "zyxwvutsrq",
    "administrator",
    "iloveyou!!",
  ])("is refused when it is as common as %s", (password) => {
    expect(NewPassword.safeParse(password).success).toBe(false);
  });
});

describe("a sign-up", () => {
  const input = {
    name: "Grace Hopper",
    email: "grace.hopper@example.com",
    password: "compilers are fun",
    organizationName: "Navy Reserve",
  };

  test("comes out normalized", () => {
    const given = { ...input, name: "  Grace Hopper ", email: "Grace.Hopper@EXAMPLE.com" };
    expect(SignUp.parse(given)).toEqual(input);
  });

  test.each(["Grace Hopper", "gracehopper", "grace.hopper@example.com", "GRACE-HOPPER", "navyreserve"])(
    "is refused when the password is the person's own %s",
    (password) => {
      expect(messages(SignUp.safeParse({ ...input, password }))?.[0]?.[0]).toBe("password");
    },
  );

  test("takes no field that it does not know", () => {
    expect(SignUp.safeParse({ ...input, operator: true }).success).toBe(false);
  });
});

describe("names and addresses", () => {
  test.each(["Ada\r\nBcc: eve@example.com", "Ada\0", "Ada\u202e", "\u2028", "   ", "😶".repeat(81)])(
    "refuse %j as a name",
    (name) => {
      expect(PersonName.safeParse(name).success).toBe(false);
    },
  );

  test("let names of all the world in", () => {
    for (const name of ["María-José", "محمد", "नरेंद्र", "O’Neil", "李小龙", "می‌خواهم"]) {
      expect(PersonName.parse(name)).toBe(name.normalize("NFC"));
    }
  });

  test("say what is missing", () => {
    expect(messages(EmailAddress.safeParse(" "))).toEqual([["", "Enter your e-mail address."]]);
    expect(messages(SignIn.safeParse({ email: "ada@example.com", password: "" }))).toEqual([
      ["password", "Enter your password."],
    ]);
  });
});
