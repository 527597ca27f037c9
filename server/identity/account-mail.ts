import { systemClock } from "../platform/clock.ts";
import {
  alreadyRegisteredMail,
  confirmEmailMail,
  passwordChangedMail,
  resetPasswordMail,
} from "../mail/account-mails.ts";
import type { JobPayload } from "../jobs/registry.ts";
import { platformDb } from "../platform/database.ts";
import { env } from "../platform/env.ts";
import { log } from "../platform/log.ts";
import { sendMail } from "../platform/mail.ts";
import { redis } from "../platform/redis.ts";
import { tokenHours, tokenSecret } from "./tokens.ts";

type Payload = JobPayload<"mail.account">;
type Account = { name: string; email: string; emailConfirmedAt: Date | null };
type Token = { id: string; usedAt: Date | null; expiresAt: Date };
type Written = { subject: string; text: string; html: string };

const sentKeptSeconds = 86_400;

/**
 * Writes and sends one mail to an account. Sends nothing when there is nothing to say any more (link used or
 * run out, account gone). A run that comes twice sends once as far as we remember, and under the same
 * Message-ID otherwise. Throws when the mail server did not take it.
 */
export async function sendAccountMail(
  payload: Payload,
  job: { id: string; requestId: string },
): Promise<void> {
  const { kind, accountId, tokenId } = payload;
  const line = log("mail").child({ requestId: job.requestId, kind, account: accountId });
  const account = await platformDb().account.findUnique({
    where: { id: accountId },
    select: { name: true, email: true, emailConfirmedAt: true },
  });
  const token = tokenId
    ? await platformDb().accountToken.findUnique({
        where: { id: tokenId },
        select: { id: true, usedAt: true, expiresAt: true },
      })
    : null;
  const written = account && write(kind, account, token);
  if (!written) return line.info("mail is not needed any more");
  const messageId = `${kind}.${tokenId ?? job.id}@${new URL(env().PUBLIC_URL).hostname}`;
  if (await wasSent(messageId)) return line.info({ messageId }, "mail was sent before");
  await sendMail({ ...written, messageId, to: { name: addressee(account), address: account.email } });
  await rememberSent(messageId);
  line.info({ messageId }, "mail sent");
}

/** What stands on an unproven account was typed by anybody, so its name is not used. */
function addressee(account: Account): string {
  return account.emailConfirmedAt ? account.name : "";
}

function write(kind: Payload["kind"], account: Account, token: Token | null): Written | null {
  const name = account.emailConfirmedAt ? account.name : null;
  switch (kind) {
    case "confirm_email":
      if (!isLive(token) || account.emailConfirmedAt) return null;
      return confirmEmailMail({ link: linkTo("confirm-email", token, kind), hours: tokenHours[kind] });
    case "reset_password":
      if (!isLive(token)) return null;
      return resetPasswordMail({
        name,
        link: linkTo("reset-password", token, kind),
        hours: tokenHours[kind],
      });
    case "password_changed":
      if (!token?.usedAt) return null;
      return passwordChangedMail({ name: account.name, link: pageLink("forgot-password"), at: token.usedAt });
    case "already_registered":
      return alreadyRegisteredMail({
        name: account.name,
        signInLink: pageLink("sign-in"),
        resetLink: pageLink("forgot-password"),
      });
    default:
      return kind satisfies never;
  }
}

function isLive(token: Token | null): token is Token {
  return token !== null && token.usedAt === null && token.expiresAt > systemClock.now();
}

function pageLink(page: string): string {
  return new URL(`/${page}`, env().PUBLIC_URL).href;
}

function linkTo(page: string, token: Token, purpose: "confirm_email" | "reset_password"): string {
  return `${pageLink(page)}?token=${tokenSecret(token.id, purpose)}`;
}

// Best effort on both sides: without Redis a second run sends a second copy, which is better than none.
async function wasSent(messageId: string): Promise<boolean> {
  const seen = await redis()
    .exists(`mail:sent:${messageId}`)
    .catch(() => 0);
  return seen === 1;
}

async function rememberSent(messageId: string): Promise<void> {
  await redis()
    .set(`mail:sent:${messageId}`, "", "EX", sentKeptSeconds)
    .catch(() => null);
}
