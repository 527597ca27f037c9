import pg from "pg";
import { requiredEnv } from "../platform/env.ts";

/** The owner's connection string of a shard. Throws for a shard that this installation does not have. */
function ownerUrl(shardId: string): string {
  if (shardId !== "main") throw new Error(`no such shard: ${shardId}`);
  return requiredEnv("DATABASE_OWNER_URL");
}

const pools = new Map<string, pg.Pool>();

/** How many connections each use of the owner's login has: long work must not keep the keeping of jobs waiting. */
const poolMax = { work: 6, jobs: 4 } as const;

/** The owner's pool of a shard for one use; only processes with DATABASE_OWNER_URL have one. */
export function ownerPool(shardId: string, use: keyof typeof poolMax = "work"): pg.Pool {
  const name = `${shardId}/${use}`;
  let pool = pools.get(name);
  if (!pool) {
    pool = new pg.Pool({
      connectionString: ownerUrl(shardId),
      max: poolMax[use],
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 10_000,
      maxLifetimeSeconds: 1_800,
      application_name: "astra-owner",
    });
    // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
    pool.on("error", () => {});
    // One that breaks while it is in use fails the next statement on it.
    pool.on("connect", (client) => client.on("error", () => {}));
    pools.set(name, pool);
  }
  return pool;
}

/** Runs `work` in one transaction of the owner on a shard. Rolls back and gives the connection back on any throw. */
export async function asOwner<Result>(
  shardId: string,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await ownerPool(shardId).connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    const { command } = await client.query("COMMIT");
    if (command !== "COMMIT") throw new Error("the transaction was rolled back");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Ends the owner's connections; for the end of a process. */
export async function closeOwnerPools(): Promise<void> {
  await Promise.all([...pools.values()].map((pool) => pool.end()));
  pools.clear();
}
