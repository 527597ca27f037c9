import { Redis } from "ioredis";
import { env } from "./env.ts";
import { log } from "./log.ts";

let shared: Redis | undefined;

/**
 * The process's Redis connection for short commands: it fails quickly instead of queueing for ever,
 * since everything asked of it may also be done without.
 */
export function redis(): Redis {
  shared ??= watched(
    new Redis(env().REDIS_URL, {
      connectTimeout: 2_000,
      commandTimeout: 1_000,
      maxRetriesPerRequest: 1,
      retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
    }),
  );
  return shared;
}

/** A connection for blocking use (BullMQ, subscriptions): it waits for Redis however long it is away. */
export function blockingRedis(): Redis {
  return watched(
    new Redis(env().REDIS_URL, {
      connectTimeout: 2_000,
      maxRetriesPerRequest: null,
      retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
    }),
  );
}

/** Ends the shared connection when what was sent over it is answered; for the end of a process. */
export async function closeRedis(): Promise<void> {
  const closing = shared;
  shared = undefined;
  await closing?.quit().catch(() => closing.disconnect());
}

function watched(connection: Redis): Redis {
  let away = false;
  connection.on("error", (error) => {
    // One line for each absence: ioredis reports every attempt.
    if (!away) log("redis").warn({ err: error }, "Redis is away");
    away = true;
  });
  connection.on("ready", () => {
    away = false;
  });
  return connection;
}

/**
 * Refuses a Redis that would throw jobs away when its memory is full. One that does not tell its policy
 * (a managed service that forbids CONFIG) is taken at its operator's word, with a warning. Throws as well when
 * Redis does not answer.
 */
export async function assertKeepsJobs(): Promise<void> {
  const policy = await redis()
    .config("GET", "maxmemory-policy")
    .then((answer) => (answer as string[])[1])
    .catch((error: Error) => {
      if (error.name === "ReplyError") return undefined;
      throw new Error("Redis does not answer", { cause: error });
    });
  if (policy === undefined)
    log("redis").warn("Redis does not tell its maxmemory-policy; it must be noeviction");
  else if (policy !== "noeviction")
    throw new Error(`Redis must have maxmemory-policy noeviction, it has ${policy}`);
}
