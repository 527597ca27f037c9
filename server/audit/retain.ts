import type pg from "pg";
import { findOrganizationById } from "../access/directory.ts";
import { systemClock, type Clock } from "../platform/clock.ts";
import { log } from "../platform/log.ts";
import { tenantStorage } from "../platform/storage.ts";
import type { Door } from "../tenancy/context.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import { audit } from "./audit.ts";
import {
  readStatement,
  signStatement,
  statementKey,
  storedStatements,
  type Statement,
} from "./checkpoint.ts";
import { expireExports } from "./expire-exports.ts";
import { formerPlans } from "./former-plans.ts";
import { inLog, walkIndexes, type LogDoor } from "./log-transaction.ts";
import { logDoor } from "./owner-door.ts";
import { holdChain } from "./seal.ts";
import { retentionOfPlan } from "./settings.ts";
import { thinCheckpoints } from "./thin-checkpoints.ts";
import { walkOrganizations } from "./walk.ts";

const batchRows = 20_000;
const dayMs = 86_400_000;
/** How long what a stream has not got yet is kept for it, counted from when it began to fail or was paused. */
const bufferDays = 7;
/** Shorter than its job may take: one log of the last may be long. */
const retainMs = 600_000;

/**
 * Drops what has outlived its days from the log of every active organization (elsewhere no entry can say so, and it
 * waits), and everywhere exports that nobody may fetch any more.
 */
export async function retainAll(
  shardId: string,
  {
    requestId,
    signal,
    forMs = retainMs,
    clock = systemClock,
  }: { requestId: string; signal?: AbortSignal; forMs?: number; clock?: Clock },
): Promise<void> {
  const former = await formerPlans();
  await walkOrganizations({ name: "audit.retain", shardId, forMs, signal }, async ({ id, state }) => {
    await safely(id, () => expireExports(id, clock.now()));
    await safely(id, () => thinIfBusy(id));
    const organization = state === "active" ? await findOrganizationById(id) : null;
    if (!organization) return;
    // What a plan kept that was left just now stays for a while.
    const plan = longestOf([organization.plan, ...(former.get(id) ?? [])]);
    const door = systemDoor({ ...organization, plan }, { id: requestId, ip: null, userAgent: null });
    await safely(id, async () => void (await retainLog({ ...door, clock })));
  });
}

function longestOf(plans: string[]): string {
  return plans.reduce((one, other) => (retentionOfPlan(other) > retentionOfPlan(one) ? other : one));
}

/** Where nothing new is written there is nothing to thin out, nor to list. */
async function thinIfBusy(organizationId: string): Promise<void> {
  const busy = await inLog(await logDoor(organizationId), async (client) => {
    const { rowCount } = await client.query(
      "SELECT FROM audit_chain WHERE checkpoint_at > now() - interval '1 day'",
    );
    return rowCount !== 0;
  });
  if (busy) await thinCheckpoints(organizationId);
}

/** One organization's failure stops no other, and a log that cannot be pruned none of its exports. */
async function safely(organizationId: string, work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) =>
    log("audit").error({ organization: organizationId, err: error }, "what has outlived its days stays"),
  );
}

/**
 * Drops sealed entries that are older than the organization keeps them, from the chain's beginning on. Only
 * what a signed checkpoint in storage covers is dropped, after a signed statement about it, nothing under a
 * legal hold, and for a week nothing that a stream still waits for. Answers how many. Throws when the checkpoint is not to be trusted.
 */
export async function retainLog(door: Door): Promise<number> {
  const { id } = door.organization;
  const logOf = await logDoor(id);
  let dropped = 0;
  for (;;) {
    const range = await prunable(door, logOf);
    if (!range) break;
    const statement: Statement = {
      kind: "pruned",
      organizationId: id,
      seq: range.seq,
      head: range.head,
      count: range.seq,
      at: door.clock.now().toISOString(),
    };
    // Before anything is dropped: a crash in between leaves a statement that nothing refers to.
    await tenantStorage(id).put(statementKey(statement), signStatement(statement));
    dropped += await prune(logOf, range);
  }
  if (dropped > 0) {
    await dropOldStatements(id, logOf);
    await transact(door, "write", (ctx) =>
      audit(ctx, {
        action: "audit.retain",
        target: { type: "audit", id: "", label: "" },
        after: { dropped },
      }),
    );
  }
  return dropped;
}

type Prunable = { seq: number; head: string };

/** The end of the next range to drop, if there is one. */
async function prunable(door: Door, logOf: LogDoor): Promise<Prunable | null> {
  const found = await inLog(logOf, async (client) => {
    await walkIndexes(client);
    const settings = await client.query<{ days: number | null; held: boolean }>(
      "SELECT retention_days AS days, legal_hold AS held FROM audit_settings",
    );
    const { days, held } = settings.rows[0] ?? { days: null, held: true };
    if (held) return null;
    const keptDays = days ?? retentionOfPlan(door.organization.plan);
    const now = door.clock.now().getTime();
    const cutoff = new Date(now - keptDays * dayMs);
    const buffered = new Date(now - bufferDays * dayMs);
    // Up to the first entry that is still to be kept: what lies behind a gap would break the chain.
    const { rows } = await client.query<{ seq: number; head: string; checkpoint: number; safe: string }>(
      `WITH bound AS MATERIALIZED (
         SELECT least(c.pruned_seq + $2, c.checkpoint_seq, (
           SELECT min(t.cursor_seq) FROM audit_streams t WHERE least(t.failing_since, t.paused_at) IS NULL
             OR least(t.failing_since, t.paused_at) > $3
         ), coalesce((
           SELECT s.seq - 1 FROM audit_seals s JOIN audit_entries e ON e.id = s.entry_id
           WHERE s.seq > c.pruned_seq AND s.seq <= c.pruned_seq + $2 AND e.at >= $1 ORDER BY s.seq LIMIT 1
         ), c.seq)) AS seq, c.pruned_seq, c.checkpoint_seq FROM audit_chain c)
       SELECT b.seq::float8 AS seq, encode(s.hash, 'hex') AS head, b.checkpoint_seq::float8 AS checkpoint,
         (SELECT encode(k.hash, 'hex') FROM audit_seals k WHERE k.seq = b.checkpoint_seq) AS safe
       FROM bound b JOIN audit_seals s ON s.seq = b.seq WHERE b.seq > b.pruned_seq`,
      [cutoff, batchRows, buffered],
    );
    return rows[0] ?? null;
  });
  if (!found) return null;
  const file = await tenantStorage(door.organization.id).get(
    statementKey({ kind: "checkpoint", seq: found.checkpoint }),
  );
  const checkpoint = file ? readStatement(door.organization.id, file) : null;
  if (checkpoint?.head !== found.safe)
    throw new Error("the checkpoint over what is to be dropped is not safe");
  return { seq: found.seq, head: found.head };
}

async function prune(logOf: LogDoor, { seq, head }: Prunable): Promise<number> {
  return inLog(logOf, async (client) => {
    await walkIndexes(client);
    await holdChain(client);
    const held = await client.query("SELECT FROM audit_settings WHERE legal_hold FOR SHARE");
    if (held.rowCount !== 0) throw new Error("the log is held");
    const { rows } = await client.query<Gone>(
      `WITH gone AS (DELETE FROM audit_entries
         WHERE id = ANY (ARRAY(SELECT entry_id FROM audit_seals WHERE seq <= $1)) RETURNING actor_id, target_id)
       SELECT count(*)::int AS entries, array_agg(DISTINCT actor_id::text) AS actors,
         array_agg(DISTINCT target_id) AS targets FROM gone`,
      [seq],
    );
    const gone = rows[0] ?? { entries: 0, actors: null, targets: null };
    await forgetWords(client, gone);
    await client.query("DELETE FROM audit_seals WHERE seq <= $1", [seq]);
    await client.query("UPDATE audit_chain SET pruned_seq = $1, pruned_head = decode($2, 'hex')", [
      seq,
      head,
    ]);
    return gone.entries;
  });
}

type Gone = { entries: number; actors: (string | null)[] | null; targets: (string | null)[] | null };

/** Names stay findable no longer than an entry speaks of whom or what they name. */
async function forgetWords(client: pg.PoolClient, { actors, targets }: Gone): Promise<void> {
  // By a column of their own type: a cast of what stands in the words would keep the policy from the index.
  await client.query(
    `DELETE FROM audit_words w WHERE w.kind = 'actor' AND w.value = ANY (ARRAY(
       SELECT a.id::text FROM unnest($1::uuid[]) AS a (id)
       WHERE NOT EXISTS (SELECT FROM audit_entries e WHERE e.actor_id = a.id)))`,
    [actors ?? []],
  );
  await client.query(
    `DELETE FROM audit_words w WHERE w.kind = 'target' AND w.value = ANY ($1)
       AND NOT EXISTS (SELECT FROM audit_entries e WHERE e.target_id = w.value)`,
    [targets ?? []],
  );
}

/** Statements about what is gone prove nothing any more, save the one about where the chain begins. */
async function dropOldStatements(organizationId: string, logOf: LogDoor): Promise<void> {
  const pruned = await inLog(logOf, async (client) => (await holdChain(client)).pruned_seq);
  for await (const { name, file } of storedStatements(organizationId)) {
    const statement = readStatement(organizationId, file);
    if (statement && (statement.kind === "pruned" ? statement.seq < pruned : statement.seq <= pruned)) {
      await tenantStorage(organizationId).delete(name);
    }
  }
}
