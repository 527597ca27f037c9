import type { JobPayload } from "../jobs/registry.ts";
import type { JobInfo } from "../jobs/run.ts";
import {
  alreadyRegisteredMail,
  changeEmailMail,
  confirmEmailMail,
  emailChangedMail,
  passwordChangedMail,
  resetPasswordMail,
} from "../mail/account-mails.ts";
import { deliver } from "../mail/deliver.ts";
import type { Letter, MailContent } from "../mail/letter.ts";
import { systemClock } from "../platform/clock.ts";
import { platformDb } from "../platform/database.ts";
import { tokenHours, tokenSecret, type TokenPurpose } from "./tokens.ts";

const accountSelect = { name: true, email: true, emailConfirmedAt: true } as const;
type Account = { name: string; email: string; emailConfirmedAt: Date | null };

/** What stands on an unproven account was typed by anybody, so its name is not used. */
function letterTo(account: Account, content: MailContent): Letter {
  const name = account.emailConfirmedAt ? account.name : "";
  return { to: { name, address: account.email }, content };
}

async function findLink(id: string) {
  return platformDb().accountToken.findUnique({
    where: { id },
    select: {
      id: true,
      email: true,
      previousEmail: true,
      usedAt: true,
      expiresAt: true,
      account: { select: accountSelect },
    },
  });
}

/** Finds a link that can still be used; null for any other. */
async function findLiveLink(id: string) {
  const link = await findLink(id);
  return link && link.usedAt === null && link.expiresAt > systemClock.now() ? link : null;
}

function pathOf(page: string, id: string, purpose: TokenPurpose): string {
  return `/${page}?token=${tokenSecret(id, purpose)}`;
}

/** The mail with a confirmation link; nothing once the address is confirmed or the link is dead. */
export async function confirmEmailLetter(linkId: string): Promise<Letter | null> {
  const link = await findLiveLink(linkId);
  if (!link || link.account.emailConfirmedAt) return null;
  const path = pathOf("confirm-email", link.id, "confirm_email");
  return letterTo(link.account, confirmEmailMail({ path, hours: tokenHours.confirm_email }));
}

/** The mail with a reset link; nothing once the link is dead. */
export async function resetPasswordLetter(linkId: string): Promise<Letter | null> {
  const link = await findLiveLink(linkId);
  if (!link) return null;
  const { account } = link;
  const path = pathOf("reset-password", link.id, "reset_password");
  const name = account.emailConfirmedAt ? account.name : null;
  return letterTo(account, resetPasswordMail({ name, path, hours: tokenHours.reset_password }));
}

/** Tells an account that its password was changed: by a link, or by the change that a security event notes. */
export async function passwordChangedLetter(id: string): Promise<Letter | null> {
  const link = await findLink(id);
  if (link?.usedAt) return passwordChanged(link.account, link.usedAt);
  const event = await platformDb().securityEvent.findUnique({
    where: { id },
    select: { accountId: true, at: true },
  });
  if (!event?.accountId) return null;
  const account = await platformDb().account.findUnique({
    where: { id: event.accountId },
    select: accountSelect,
  });
  return account && passwordChanged(account, event.at);
}

function passwordChanged(account: Account, at: Date): Letter | null {
  if (!account.emailConfirmedAt) return null;
  return letterTo(account, passwordChangedMail({ name: account.name, at }));
}

/** The mail to the address that an account wants to move to; nothing once the link is dead. */
export async function changeEmailLetter(linkId: string): Promise<Letter | null> {
  const link = await findLiveLink(linkId);
  if (!link?.email) return null;
  const path = pathOf("change-email", link.id, "change_email");
  // The new address is proven by nobody yet: no name that was typed stands in this mail.
  return {
    to: { name: "", address: link.email },
    content: changeEmailMail({ path, hours: tokenHours.change_email }),
  };
}

/** Tells the old address that the account has left it; it is kept only where it was confirmed. */
export async function emailChangedLetter(linkId: string): Promise<Letter | null> {
  const link = await findLink(linkId);
  if (!link?.usedAt || !link.previousEmail) return null;
  const { name } = link.account;
  const content = emailChangedMail({ name, at: link.usedAt });
  return { to: { name, address: link.previousEmail }, content };
}

/** Answers a sign-up with a known address, by the security event that notes it. */
export async function alreadyRegisteredLetter(eventId: string): Promise<Letter | null> {
  const event = await platformDb().securityEvent.findUnique({
    where: { id: eventId },
    select: { accountId: true },
  });
  return event?.accountId ? letterToKnown(event.accountId) : null;
}

async function letterToKnown(accountId: string): Promise<Letter | null> {
  const account = await platformDb().account.findUnique({ where: { id: accountId }, select: accountSelect });
  return account && letterTo(account, alreadyRegisteredMail({ name: account.name }));
}

const byLink = {
  confirm_email: confirmEmailLetter,
  reset_password: resetPasswordLetter,
  password_changed: passwordChangedLetter,
} as const;

/** Sends what the version before asked for as `mail.account`: one that was asked for in both ways goes out once. */
export async function sendAccountMail(
  payload: JobPayload<"mail.account">,
  job: Pick<JobInfo, "id" | "requestId">,
): Promise<void> {
  const { kind, accountId, tokenId } = payload;
  const key = { organizationId: null, kind, subjectId: tokenId ?? job.id, attempt: 1 };
  if (kind === "already_registered") return deliver(key, () => letterToKnown(accountId), job);
  await deliver(key, async () => (tokenId ? byLink[kind](tokenId) : null), job);
}
