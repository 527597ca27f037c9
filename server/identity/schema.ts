import { z } from "zod";
import { OrganizationName } from "../organizations/schema.ts";
import { line } from "../platform/text.ts";
import { isCommonPassword } from "./common-passwords.ts";
import { normalizeEmail } from "./email-address.ts";

export const PersonName = z.string().trim().min(1, "Enter your name.").pipe(line(80));

/** Comes out normalized: two spellings of one address are equal afterwards. */
export const EmailAddress = z
  .string()
  .max(320, "This address is too long.")
  .transform((text, ctx) => {
    const email = normalizeEmail(text);
    if (email) return email;
    const message =
      text.trim() === "" ? "Enter your e-mail address." : "This is not an e-mail address we can use.";
    ctx.addIssue({ code: "custom", message });
    return z.NEVER;
  });

const passwordLengthMin = 10;
const passwordLengthMax = 200;

const codePoints = (text: string) => Array.from(text.normalize("NFKC")).length;

/** A password to be chosen. Length counts in code points of its NFKC form. */
export const NewPassword = z
  .string()
  .max(2_000, `Use at most ${passwordLengthMax} characters.`)
  .refine((text) => codePoints(text) >= passwordLengthMin, `Use at least ${passwordLengthMin} characters.`)
  .refine((text) => codePoints(text) <= passwordLengthMax, `Use at most ${passwordLengthMax} characters.`)
  .refine((text) => !text.includes("\0"), "Leave out invisible characters.")
  .refine((text) => !isCommonPassword(text), "This password is among the first that would be guessed.");

/** A password to be checked; the rules of today do not lock out one of yesterday. */
const KnownPassword = z.string().min(1, "Enter your password.").max(2_000, "This is not your password.");

const Token = z.string().max(200);

/** Whether a password is nothing but the person's own data written again. */
export function isOwnData(
  password: string,
  own: { email: string; name: string; organizationName?: string },
): boolean {
  const [local = ""] = own.email.split("@");
  const data = [own.email, local, own.name, own.organizationName ?? "", own.name + local, local + local];
  return data.some((text) => text !== "" && withoutForm(text) === withoutForm(password));
}

function withoutForm(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s._-]/gu, "");
}

export const ownDataMessage = "Choose a password that is not your name or your e-mail address.";

export const SignUp = z
  .strictObject({
    name: PersonName,
    email: EmailAddress,
    password: NewPassword,
    organizationName: z.string().trim().min(1, "Name your organization.").pipe(OrganizationName),
  })
  .refine((input) => !isOwnData(input.password, input), { path: ["password"], message: ownDataMessage });
export type SignUp = z.infer<typeof SignUp>;

export const SignIn = z.strictObject({ email: EmailAddress, password: KnownPassword });
export type SignIn = z.infer<typeof SignIn>;

/** For mails that are asked for: a new confirmation, a password reset. */
export const AskForMail = z.strictObject({ email: EmailAddress });
export type AskForMail = z.infer<typeof AskForMail>;

/** A change of one's own password. */
export const ChangePassword = z.strictObject({ current: KnownPassword, password: NewPassword });
export type ChangePassword = z.infer<typeof ChangePassword>;

/** A move to another address begins with the password. */
export const ChangeEmail = z.strictObject({ email: EmailAddress, password: KnownPassword });
export type ChangeEmail = z.infer<typeof ChangeEmail>;

/** The end of one's account begins with the password. */
export const DeleteAccount = z.strictObject({ password: KnownPassword });
export type DeleteAccount = z.infer<typeof DeleteAccount>;

export const SessionId = z.strictObject({ id: z.uuid() });
export type SessionId = z.infer<typeof SessionId>;

/** Without a password only the account's own signed-in browser can confirm. */
export const ConfirmEmail = z.strictObject({ token: Token, password: KnownPassword.optional() });
export type ConfirmEmail = z.infer<typeof ConfirmEmail>;

/** The part of a confirmation that a person types. */
export const ProveByPassword = z.strictObject({ password: KnownPassword });
export type ProveByPassword = z.infer<typeof ProveByPassword>;

/** The part of a reset that a person types. */
export const ChoosePassword = z.strictObject({ password: NewPassword });
export type ChoosePassword = z.infer<typeof ChoosePassword>;

export const ResetPassword = z.strictObject({ token: Token, password: NewPassword });
export type ResetPassword = z.infer<typeof ResetPassword>;

export const UpdateProfile = z.strictObject({ name: PersonName });
export type UpdateProfile = z.infer<typeof UpdateProfile>;
