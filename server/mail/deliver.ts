import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { JobInfo } from "../jobs/run.ts";
import { AppError } from "../platform/errors.ts";
import { env } from "../platform/env.ts";
import { log } from "../platform/log.ts";
import { isRefusal, sendMail } from "../platform/mail.ts";
import { mailsRefused } from "../platform/metrics.ts";
import type { Door, ReadCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import type { PlatformMailKind, TenantMailKind } from "./kinds.ts";
import { renderMail } from "./layout.ts";
import { holdMail, releaseMail, settleMail, type MailKey } from "./ledger.ts";
import type { Letter } from "./letter.ts";

type WritesPlatformMail = (subjectId: string) => Promise<Letter | null>;
type WritesTenantMail = (ctx: ReadCtx, subjectId: string) => Promise<Letter | null>;

/** Who writes which kind: loads what it says now, or answers null when there is nothing to say any more. */
export type MailWriters = {
  platform: { [Kind in PlatformMailKind]: WritesPlatformMail };
  tenant: { [Kind in TenantMailKind]: WritesTenantMail };
};

type Payload = { kind: string; subjectId: string; attempt: number };
type MailJob = Pick<JobInfo, "id" | "requestId">;

/** How long a try waits for another one of the same mail: a dead worker's hold runs out within two tries. */
const holdPatienceMs = 20_000;
const holdPauseMs = 500;
const noteTries = 5;
const notePauseMs = 400;

/** Sends a mail of the platform, once. Throws AppError unknown_mail and what deliver throws. */
export async function sendPlatformMail(writers: MailWriters, payload: Payload, job: MailJob): Promise<void> {
  const { kind, subjectId } = payload;
  const table: Record<string, WritesPlatformMail> = writers.platform;
  const write = Object.hasOwn(table, kind) ? table[kind] : undefined;
  if (!write) throw unknownMail(kind);
  await deliver({ organizationId: null, ...payload }, () => write(subjectId), job);
}

/** Sends a mail of one organization, once, written from what that organization alone can read. Throws as above. */
export async function sendTenantMail(
  writers: MailWriters,
  door: Door,
  payload: Payload,
  job: MailJob,
): Promise<void> {
  const { kind, subjectId } = payload;
  const table: Record<string, WritesTenantMail> = writers.tenant;
  const write = Object.hasOwn(table, kind) ? table[kind] : undefined;
  if (!write) throw unknownMail(kind);
  const key = { organizationId: door.organization.id, ...payload };
  await deliver(key, () => transact(door, "read", (ctx) => write(ctx, subjectId)), job);
}

/** A newer version may have asked for it: the job is tried again, and waits for an operator in the end. */
function unknownMail(kind: string): AppError {
  return new AppError("INTERNAL", "unknown_mail", `This version knows no mail ${kind}.`);
}

/**
 * Writes a mail and hands it to the mail server, unless the ledger says that it went out. A second one can
 * only come of an end between the server's yes and our note of it; it has the same Message-ID. One that is refused
 * for good is settled as such. Throws AppError mail_in_hand while another try has it, and when the server did not
 * take it for now.
 */
export async function deliver(
  key: MailKey,
  write: () => Promise<Letter | null>,
  job: MailJob,
): Promise<void> {
  const messageId = messageIdOf(key);
  const line = log("mail").child({ requestId: job.requestId, messageId });
  const holder = randomUUID();
  const held = await holdPatiently(key, holder);
  if (held === "settled") return line.info("mail was settled before");
  if (held === "held")
    throw new AppError("UNAVAILABLE", "mail_in_hand", "Another try has this mail in hand.");
  try {
    const letter = await write();
    if (!letter) {
      await settleMail(key, holder, "skipped");
      return line.info("mail is not needed any more");
    }
    await sendMail({ ...(await renderMail(letter.content)), messageId, to: letter.to });
  } catch (error) {
    if (isRefusal(error)) {
      await settleMail(key, holder, "refused");
      mailsRefused.inc({ kind: key.kind });
      return line.warn({ err: error }, "mail was refused for good");
    }
    // Should this fail as well, the hold runs out.
    await releaseMail(key, holder).catch(() => {});
    throw error;
  }
  await noteSent(key, holder);
  line.info("mail sent");
}

async function holdPatiently(key: MailKey, holder: string): ReturnType<typeof holdMail> {
  const until = performance.now() + holdPatienceMs;
  for (;;) {
    const held = await holdMail(key, holder);
    if (held !== "held" || performance.now() > until) return held;
    await sleep(holdPauseMs);
  }
}

/** The mail is out: a database that is away for a moment must not lead to a second one. */
async function noteSent(key: MailKey, holder: string): Promise<void> {
  for (let left = noteTries; ; left--) {
    try {
      return await settleMail(key, holder, "sent");
    } catch (error) {
      if (left <= 1) throw error;
      await sleep(notePauseMs);
    }
  }
}

/** The same mail has the same one, so that a receiver can fold a second delivery into the first. */
function messageIdOf({ organizationId, kind, subjectId, attempt }: MailKey): string {
  const whose = organizationId === null ? "" : `.${organizationId}`;
  return `${kind}.${subjectId}.${attempt}${whose}@${new URL(env().PUBLIC_URL).hostname}`;
}
