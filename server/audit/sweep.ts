import { ownerPool } from "../fleet/owner.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { log } from "../platform/log.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import { inLog } from "./log-transaction.ts";
import { logDoor } from "./owner-door.ts";
import { sealEntries } from "./seal.ts";
import { askForStreams } from "./stream-ask.ts";
import { noteUnsealed, takeUnsealed } from "./unsealed.ts";
import { countPending } from "./verify-rows.ts";
import { walkOrganizations } from "./walk.ts";
import { keepWords } from "./words.ts";

const notedMax = 1_000;
const deadPauseMinutes = 60;
/** What one run does not come to is the next one's. */
const sweepMs = 180_000;

/** Asks for the sealing of every organization that has written to its log since the last time. */
export async function sweepNoted(shardId: string): Promise<void> {
  const noted = await takeUnsealed(notedMax);
  try {
    await askForSeals(shardId, noted);
  } catch (error) {
    for (const organizationId of noted) noteUnsealed(organizationId);
    throw error;
  }
}

/** Looks into every log for what no note told of: a crash or an empty Redis delays seals, and loses none. */
export async function sweepAll(
  shardId: string,
  { signal, forMs = sweepMs }: { signal?: AbortSignal; forMs?: number } = {},
): Promise<void> {
  let due: string[] = [];
  await walkOrganizations(
    { name: "audit.sweep-all", shardId, forMs, signal },
    async ({ id }) => {
      if (await isDue(id)) due.push(id);
    },
    async () => {
      await askForSeals(shardId, due);
      due = [];
    },
  );
}

async function isDue(organizationId: string): Promise<boolean> {
  try {
    const door = await logDoor(organizationId);
    return await inLog(door, async (client) => {
      const { rows } = await client.query<{ due: boolean }>(
        `SELECT seq > checkpoint_seq OR seq > worded_seq OR EXISTS (
             SELECT FROM audit_entries e WHERE (e.xid, e.id) > (c.cursor_xid, c.cursor_id))
           OR EXISTS (SELECT FROM audit_streams t WHERE t.state = 'active' AND t.cursor_seq < c.seq) AS due
         FROM audit_chain c`,
      );
      return rows[0]?.due ?? false;
    });
  } catch (error) {
    log("audit").error({ organization: organizationId, err: error }, "a log could not be looked at");
    return false;
  }
}

/**
 * One job waits for an organization at most, however often it is asked for. One that failed for good, as it does
 * where a chain is broken, is not joined by others: it has another try now and then.
 */
async function askForSeals(shardId: string, organizationIds: string[]): Promise<void> {
  if (organizationIds.length === 0) return;
  const asked = await ownerPool(shardId).query(
    `WITH revived AS (
       UPDATE astra.outbox SET state = 'pending', attempts = 0, spared = 0, run_at = now(), waits = false, error = NULL
       WHERE id IN (SELECT DISTINCT ON (o.turn) o.id FROM astra.outbox o
         WHERE o.state = 'dead' AND o.name = 'audit.seal' AND o.turn = ANY ($1::uuid[])
           AND o.run_at < now() - $2 * interval '1 minute'
         ORDER BY o.turn, o.run_at))
     INSERT INTO astra.outbox (tenant_id, name, queue, payload)
     SELECT t.id, j.name, j.queue, '{}' FROM astra.tenants t, astra.jobs j
     WHERE t.id = ANY ($1::uuid[]) AND j.name = 'audit.seal'
       AND NOT EXISTS (SELECT FROM astra.outbox o
         WHERE o.turn = t.id AND o.queue = j.queue AND o.name = j.name AND o.state = 'pending')
       AND NOT EXISTS (SELECT FROM astra.outbox o WHERE o.turn = t.id AND o.name = j.name AND o.state = 'dead')`,
    [organizationIds, deadPauseMinutes],
  );
  if (asked.rowCount) wakeRelay("audit");
}

/**
 * Seals what is settled, asks for its delivery, keeps its words and writes a checkpoint when one is due. What is
 * left comes with the next sweep.
 */
export async function sealLog(organizationId: string): Promise<void> {
  await sealEntries(organizationId);
  const door = await logDoor(organizationId);
  if ((await inLog(door, (client) => askForStreams(client, organizationId))) > 0) wakeRelay("stream");
  await keepWords(organizationId);
  await writeCheckpoint(organizationId);
  if ((await countPending(door)) > 0) noteUnsealed(organizationId);
}
