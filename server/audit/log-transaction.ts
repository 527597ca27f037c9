import type pg from "pg";
import { asOwner } from "../fleet/owner.ts";

/** An organization's log as the owner's login reaches it: the only one that seals, verifies and prunes. */
export type LogDoor = { organizationId: string; shardId: string; schema: string; key: string };

/**
 * Runs `work` in one transaction of the owner that sees this organization's rows alone. Under forced
 * row-level security the wrong key shows none, so the guard row must be seen first; throws otherwise.
 */
export async function inLog<Result>(
  door: LogDoor,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  return asOwner(door.shardId, async (client) => {
    await client.query(
      `SELECT set_config('search_path', $1, true), set_config('app.tenant_key', $2, true),
         set_config('lock_timeout', '10s', true), set_config('idle_in_transaction_session_timeout', '30s', true)`,
      [door.schema, door.key],
    );
    const guard = await client.query("SELECT FROM tenant_guard");
    if (guard.rowCount !== 1) throw new Error("the tenant's key does not open its guard row");
    return work(client);
  });
}

/**
 * Holds the plans of the next statements to walks along indexes: in a log that has just grown the planner
 * believes old figures, and would read all of it for each batch.
 */
export async function walkIndexes(client: pg.PoolClient): Promise<void> {
  const off = ["hashjoin", "mergejoin", "seqscan", "bitmapscan", "sort"].map((kind) => `enable_${kind}`);
  await client.query(
    `SELECT set_config(name, 'off', true) FROM unnest($1::text[]) AS name
     UNION ALL SELECT set_config('max_parallel_workers_per_gather', '0', true)`,
    [[...off, "jit"]],
  );
}
