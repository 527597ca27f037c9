import { platformDb } from "../platform/database.ts";

/** Which mail it is; no two have the same. */
export type MailKey = {
  /** Null for a mail of the platform. */
  organizationId: string | null;
  kind: string;
  subjectId: string;
  attempt: number;
};

const noOrganization = "00000000-0000-0000-0000-000000000000";
// Longer than a try may take, and no longer than a dead worker's job waits for its next one.
const holdMs = 45_000;
const keptDays = 90;
const trimBatch = 10_000;

/**
 * Takes a mail in hand for one try. Of two at once one gets it; "held" while another has it, "settled" once it
 * went out, was refused or was no longer needed. Times are the database's.
 */
export async function holdMail(key: MailKey, holder: string): Promise<"mine" | "held" | "settled"> {
  const { kind, subjectId, attempt } = key;
  const organizationId = key.organizationId ?? noOrganization;
  const taken = await platformDb().$executeRaw`
    INSERT INTO mails AS m (organization_id, kind, subject_id, attempt, holder, held_until)
    VALUES (${organizationId}::uuid, ${kind}, ${subjectId}::uuid, ${attempt}, ${holder}::uuid,
      now() + ${holdMs} * interval '1 millisecond')
    ON CONFLICT (organization_id, kind, subject_id, attempt) DO UPDATE
      SET holder = excluded.holder, held_until = excluded.held_until, tries = m.tries + 1
      WHERE m.state = 'sending' AND (m.held_until IS NULL OR m.held_until < now())`;
  if (taken === 1) return "mine";
  const row = await platformDb().mail.findUnique({
    where: { organizationId_kind_subjectId_attempt: { organizationId, kind, subjectId, attempt } },
    select: { state: true },
  });
  return row?.state === "sending" ? "held" : "settled";
}

/** Notes what became of a mail: that is final. Who wants it once more asks for another attempt. */
export async function settleMail(
  key: MailKey,
  holder: string,
  state: "sent" | "skipped" | "refused",
): Promise<void> {
  // Also when the hold has run out meanwhile: what the mail server has taken was sent.
  await platformDb().mail.updateMany({
    where: state === "sent" ? whereOf(key) : { ...whereOf(key), holder },
    data: { state, holder: null, heldUntil: null, ...(state === "sent" ? { sentAt: new Date() } : {}) },
  });
}

/** Lets go of a mail that could not be sent, so that the next try finds it free. */
export async function releaseMail(key: MailKey, holder: string): Promise<void> {
  await platformDb().mail.updateMany({
    where: { ...whereOf(key), holder, state: "sending" },
    data: { holder: null, heldUntil: null },
  });
}

function whereOf({ organizationId, kind, subjectId, attempt }: MailKey) {
  return { organizationId: organizationId ?? noOrganization, kind, subjectId, attempt };
}

/** Removes what is known of old mails; jobs that old wait for nobody. */
export async function trimMails(now: Date): Promise<void> {
  const before = new Date(now.getTime() - keptDays * 86_400_000);
  for (let gone = trimBatch; gone === trimBatch;) {
    gone = await platformDb().$executeRaw`
      DELETE FROM mails WHERE (organization_id, kind, subject_id, attempt) IN (
        SELECT organization_id, kind, subject_id, attempt FROM mails
        WHERE created_at < ${before}::timestamptz LIMIT ${trimBatch})`;
  }
}
