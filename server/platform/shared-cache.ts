import { setTimeout as sleep } from "node:timers/promises";
import { cacheLookups } from "./metrics.ts";
import { redis } from "./redis.ts";

/** Longest wait for Redis: what is asked of it can be read from the database in less. */
const answerMs = 100;
/** After an answer that did not come Redis is left alone for so long. */
const restMs = 1_000;

type Shape<Value> = {
  /** Stands in the metrics. */
  name: string;
  ttlSeconds: number;
  /** Entries that this process keeps; the oldest goes first. */
  entriesMax: number;
  write(value: Value): string;
  /** Undefined for a text that this version does not understand. */
  read(text: string): Value | undefined;
};

/** Longer than any entry lives. */
const registerSeconds = 86_400;

let restUntil = 0;

/** Under which key the keys of one tenant stand: Redis is never searched for them. */
function registerOf(key: string): string {
  const [kind, id] = key.split(":");
  if (kind !== "tenant" || !id) throw new Error(`${key} is no key of a tenant`);
  return `tenant:${id}:keys`;
}

/** Drops everything that is cached of a tenant, for all processes, and nothing of any other. */
export async function dropTenant(tenantId: string): Promise<void> {
  const register = registerOf(`tenant:${tenantId}:`);
  const keys = (await attempt(() => redis().smembers(register))) ?? [];
  await attempt(() => redis().del(register, ...keys));
}

/**
 * Answers that are kept in this process and, for all processes, in Redis. Nothing here is the truth: a value
 * says itself at which version it was read, and whoever uses it holds that against the database. Without
 * Redis each process asks for itself.
 */
export class SharedCache<Value> {
  readonly #shape: Shape<Value>;
  readonly #own = new Map<string, Value>();

  constructor(shape: Shape<Value>) {
    this.#shape = shape;
  }

  /** What this process remembers. */
  own(key: string): Value | undefined {
    const value = this.#own.get(key);
    if (value !== undefined) cacheLookups.inc({ cache: this.#shape.name, answer: "process" });
    return value;
  }

  /** What any process has left in Redis; this process remembers it from then on. */
  async shared(key: string): Promise<Value | undefined> {
    const text = await attempt(() => redis().get(key));
    const value = typeof text === "string" ? this.#shape.read(text) : undefined;
    cacheLookups.inc({ cache: this.#shape.name, answer: value === undefined ? "miss" : "redis" });
    if (value !== undefined) this.#remember(key, value);
    return value;
  }

  /** Remembers a value here and in Redis, and in the register of its tenant's keys. */
  async put(key: string, value: Value): Promise<void> {
    this.#remember(key, value);
    const text = this.#shape.write(value);
    const register = registerOf(key);
    await attempt(() =>
      redis()
        .multi()
        .set(key, text, "EX", this.#shape.ttlSeconds)
        .sadd(register, key)
        .expire(register, registerSeconds)
        .exec(),
    );
  }

  /** Drops one value, here and in Redis; others stay. */
  async drop(key: string): Promise<void> {
    this.forget(key);
    await attempt(() => redis().del(key));
  }

  /** Drops one value here alone. */
  forget(key: string): void {
    this.#own.delete(key);
  }

  #remember(key: string, value: Value): void {
    this.#own.delete(key);
    if (this.#own.size >= this.#shape.entriesMax) this.#own.delete(this.#own.keys().next().value as string);
    this.#own.set(key, value);
  }
}

/** Asks Redis where it is at hand; undefined when it is not, or is late. */
async function attempt<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  if (redis().status === "end" || performance.now() < restUntil) return undefined;
  const timeout = new AbortController();
  try {
    const late = sleep(answerMs, undefined, { signal: timeout.signal }).then(() => {
      restUntil = performance.now() + restMs;
      return undefined;
    });
    late.catch(() => {});
    return await Promise.race([ask(), late]);
  } catch {
    restUntil = performance.now() + restMs;
    return undefined;
  } finally {
    timeout.abort();
  }
}
