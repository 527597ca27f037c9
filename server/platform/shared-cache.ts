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

let restUntil = 0;

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

  /** Remembers a value here and in Redis. */
  async put(key: string, value: Value): Promise<void> {
    this.#remember(key, value);
    const text = this.#shape.write(value);
    await attempt(() => redis().set(key, text, "EX", this.#shape.ttlSeconds));
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
