import type { MailContent } from "./letter.ts";

// Mails to an address that is not confirmed hold nothing that was typed into the sign-up form: else anybody
// could send words of their own to strangers in our name.

/** Asks for the proof that a sign-up's address belongs to whoever typed it. `hours` is the link's life. */
export function confirmEmailMail({ path, hours }: { path: string; hours: number }): MailContent {
  return {
    subject: "Confirm your e-mail address",
    title: "Confirm your e-mail address",
    lead: "Welcome to Astra. One step is left: confirm that this address is yours.",
    action: { label: "Confirm e-mail address", path },
    paragraphs: [`The link works for ${inHours(hours)}. Have the password at hand that you signed up with.`],
    footer:
      "You receive this mail because somebody signed up to Astra with this address. If it was not you, do nothing: without the confirmation the account stays closed.",
  };
}

/** Leads to a new password. `hours` is the link's life. */
export function resetPasswordMail(parts: { name: string | null; path: string; hours: number }): MailContent {
  const { name, path, hours } = parts;
  return {
    subject: "Choose a new password",
    title: "Choose a new password",
    lead: `${greeting(name)}you asked for a new password for your Astra account.`,
    action: { label: "Choose a new password", path },
    paragraphs: [`The link works once, within ${inHours(hours)}. It signs you out everywhere else.`],
    footer:
      "If you did not ask for this, do nothing: your password stays as it is, and nobody else can use this link.",
  };
}

/** Tells the owner that the password is another one now, and leads to a reset. */
export function passwordChangedMail({ name, at }: { name: string; at: Date }): MailContent {
  return {
    subject: "Your password was changed",
    title: "Your password was changed",
    lead: `${greeting(name)}the password of your Astra account was changed on ${inWords(at)}. All other sessions were signed out.`,
    paragraphs: [
      "If this was not you, choose another password right away and tell the owners of your organizations.",
    ],
    action: { label: "It was not me", path: "/forgot-password" },
    footer: "You receive this mail because the security of your Astra account is concerned.",
  };
}

/** Asks for the proof that the address somebody wants to move to is theirs. `hours` is the link's life. */
export function changeEmailMail({ path, hours }: { path: string; hours: number }): MailContent {
  return {
    subject: "Confirm your new e-mail address",
    title: "Confirm your new e-mail address",
    lead: "Somebody wants to use this address for an Astra account. Confirm that it was you.",
    action: { label: "Use this address", path },
    paragraphs: [`The link works once, within ${inHours(hours)}. Until then the old address stays in use.`],
    footer: "If it was not you, do nothing: without the confirmation nothing changes.",
  };
}

/** Tells the address that an account has left. The new one is not named: this mailbox may be somebody else's by now. */
export function emailChangedMail({ name, at }: { name: string; at: Date }): MailContent {
  return {
    subject: "Your e-mail address was changed",
    title: "Your e-mail address was changed",
    lead: `${greeting(name)}your Astra account moved to another e-mail address on ${inWords(at)}. This one no longer signs in.`,
    paragraphs: ["If this was not you, tell the owners of your organizations right away."],
    footer: "You receive this mail because the security of your Astra account is concerned.",
  };
}

/** Answers a sign-up with an address that has an account: only its owner learns that it has one. */
export function alreadyRegisteredMail({ name }: { name: string }): MailContent {
  return {
    subject: "You already have an account",
    title: "You already have an account",
    lead: `${greeting(name)}somebody signed up to Astra with this address, which has an account already.`,
    action: { label: "Sign in", path: "/sign-in" },
    paragraphs: [
      { text: "Forgot the password?", link: { label: "Choose a new one", path: "/forgot-password" } },
    ],
    footer: "If it was not you who signed up, do nothing: nothing has changed in your account.",
  };
}

function greeting(name: string | null): string {
  return name ? `Hello ${name}, ` : "Hello, ";
}

function inHours(hours: number): string {
  return hours === 1 ? "one hour" : `${hours} hours`;
}

const dayAndTime = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "long",
  timeStyle: "short",
  timeZone: "UTC",
});

function inWords(at: Date): string {
  return `${dayAndTime.format(at)} UTC`;
}
