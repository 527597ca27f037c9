import { renderMail } from "./layout.ts";

// Mails to an address that is not confirmed hold nothing that was typed into the sign-up form: else anybody
// could send words of their own to strangers in our name.

/** Asks for the proof that a sign-up's address belongs to whoever typed it. `hours` is the link's life. */
export function confirmEmailMail({ link, hours }: { link: string; hours: number }) {
  return renderMail({
    subject: "Confirm your e-mail address",
    title: "Confirm your e-mail address",
    lead: "Welcome to Astra. One step is left: confirm that this address is yours.",
    action: { label: "Confirm e-mail address", href: link },
    paragraphs: [`The link works for ${inHours(hours)}. Have the password at hand that you signed up with.`],
    footer:
      "You receive this mail because somebody signed up to Astra with this address. If it was not you, do nothing: without the confirmation the account stays closed.",
  });
}

/** Leads to a new password. `hours` is the link's life. */
export function resetPasswordMail({
  name,
  link,
  hours,
}: {
  name: string | null;
  link: string;
  hours: number;
}) {
  return renderMail({
    subject: "Choose a new password",
    title: "Choose a new password",
    lead: `${greeting(name)}you asked for a new password for your Astra account.`,
    action: { label: "Choose a new password", href: link },
    paragraphs: [`The link works once, within ${inHours(hours)}. It signs you out everywhere else.`],
    footer:
      "If you did not ask for this, do nothing: your password stays as it is, and nobody else can use this link.",
  });
}

/** Tells the owner that the password is another one now. `link` leads to a reset. */
export function passwordChangedMail({ name, link, at }: { name: string; link: string; at: Date }) {
  return renderMail({
    subject: "Your password was changed",
    title: "Your password was changed",
    lead: `${greeting(name)}the password of your Astra account was changed on ${inWords(at)}. All sessions were signed out.`,
    paragraphs: [
      "If this was not you, choose another password right away and tell the owners of your organizations.",
    ],
    action: { label: "It was not me", href: link },
    footer: "You receive this mail because the security of your Astra account is concerned.",
  });
}

/** Answers a sign-up with an address that has an account: only its owner learns that it has one. */
export function alreadyRegisteredMail(parts: { name: string; signInLink: string; resetLink: string }) {
  const { name, signInLink, resetLink } = parts;
  return renderMail({
    subject: "You already have an account",
    title: "You already have an account",
    lead: `${greeting(name)}somebody signed up to Astra with this address, which has an account already.`,
    action: { label: "Sign in", href: signInLink },
    paragraphs: [`Forgot the password? Choose a new one: ${resetLink}`],
    footer: "If it was not you who signed up, do nothing: nothing has changed in your account.",
  });
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
