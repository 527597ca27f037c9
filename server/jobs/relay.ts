import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { log } from "../platform/log.ts";
import { blockingRedis } from "../platform/redis.ts";
import { claimDue, firstTurn, giveBack, reclaimExpired, reclaimForgotten } from "./outbox.ts";
import { Carrier } from "./queue.ts";
import { queueConcurrency, queueNames, type QueueName } from "./registry.ts";
import { wakeChannel } from "./wake.ts";

const batchMax = 200;
const pollMs = 500;
const lookAfterMs = 1_000;
const stopPatienceMs = 3_000;
/** While the workers have enough to do, rows gather for so long before the next claim. */
const gatherMs = 10;
/**
 * Rows that may wait in Redis for each that a worker runs at once: few, so that fairness is decided here and
 * not there, and enough to keep the workers busy until the next look.
 */
const waitingEach = 20;

/**
 * Carries outbox rows to the workers, tenant by tenant in turn. It sleeps until it is woken or the poll
 * is due, so that a lost wake-up costs half a second and nothing else. Any number of relays may run.
 */
export class Relay {
  readonly #shardId: string;
  readonly #carrier = new Carrier();
  readonly #ear: Redis = blockingRedis();
  readonly #turns = new Map<QueueName, string>();
  readonly #wanted = new Set<QueueName>(queueNames);
  #generation: string | undefined;
  #lookedAfter = 0;
  #wake: (() => void) | undefined;
  #running = true;
  #away = false;
  readonly #loop: Promise<void>;

  constructor(shardId: string) {
    this.#shardId = shardId;
    this.#ear.on("message", (_channel, queue) => this.wake(queue));
    this.#ear
      .subscribe(wakeChannel)
      .catch((error: unknown) => log("relay").warn({ err: error }, "no wake-ups"));
    this.#loop = this.#run();
  }

  /** Looks into a queue's rows, or into those of all, at once or right after the present look. */
  wake(queue: string): void {
    const named = queueNames.find((name) => name === queue);
    for (const name of named ? [named] : queueNames) this.#wanted.add(name);
    this.#wake?.();
  }

  /** Claims nothing more, and lets go of Redis when the present batch is carried, or given back for want of Redis. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#wake?.();
    this.#ear.disconnect();
    const stuck = new AbortController();
    const patience = sleep(stopPatienceMs, undefined, { signal: stuck.signal })
      .then(() => this.#carrier.close())
      .catch(() => null);
    await this.#loop;
    stuck.abort();
    await patience;
    this.#carrier.close();
  }

  async #run(): Promise<void> {
    while (this.#running) {
      const queues = [...this.#wanted];
      this.#wanted.clear();
      try {
        await this.#lookAfter();
        const rounds = await Promise.all(queues.map((queue) => this.#carryRound(queue)));
        for (const { queue, more } of rounds) if (more) this.#wanted.add(queue);
        this.#away = false;
        if (rounds.every(({ stocked }) => stocked)) await sleep(gatherMs);
      } catch (error) {
        // One line for each absence of PostgreSQL or Redis.
        if (this.#running && !this.#away) log("relay").warn({ err: error }, "the outbox is not carried");
        this.#away = true;
        // Not in a circle while something is away; the poll looks again.
        this.#wanted.clear();
      }
      if (this.#wanted.size === 0) await this.#sleep();
    }
  }

  /** Takes back what died or was forgotten. A queue that lost its memory is noticed by its mark, not by waiting. */
  async #lookAfter(): Promise<void> {
    const now = performance.now();
    if (this.#generation !== undefined && now - this.#lookedAfter < lookAfterMs) return;
    this.#lookedAfter = now;
    const generation = await this.#carrier.generation();
    if (generation !== this.#generation) {
      const lost = await reclaimForgotten(this.#shardId, generation);
      if (lost > 0) log("relay").warn({ lost }, "the queue has forgotten its jobs; they are carried again");
      this.#generation = generation;
      this.wake("");
    }
    const expired = await reclaimExpired(this.#shardId);
    if (expired > 0) {
      log("relay").warn({ expired }, "jobs whose lease ran out are carried again");
      this.wake("");
    }
  }

  /** One claim of one queue: whether there may be more at once, and whether its workers have enough for now. */
  async #carryRound(queue: QueueName): Promise<{ queue: QueueName; more: boolean; stocked: boolean }> {
    const concurrency = queueConcurrency[queue];
    const waiting = await this.#carrier.waiting(queue);
    const room = concurrency * waitingEach - waiting;
    if (room <= 0) return { queue, more: false, stocked: true };
    const from = this.#turns.get(queue) ?? firstTurn;
    const rows = await claimDue(this.#shardId, queue, Math.min(room, batchMax), from);
    this.#turns.set(
      queue,
      rows.reduce((last, row) => (row.turn > last ? row.turn : last), firstTurn),
    );
    // Nothing behind this turn: there may still be something before it.
    if (rows.length === 0) return { queue, more: from !== firstTurn, stocked: false };
    try {
      await this.#carrier.carry(this.#shardId, queue, rows);
    } catch (error) {
      const ids = rows.map((row) => row.id);
      await giveBack(this.#shardId, ids);
      throw error;
    }
    return { queue, more: true, stocked: waiting + rows.length > concurrency * 2 };
  }

  #sleep(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(() => this.wake(""), pollMs);
      this.#wake = done;
    });
  }
}
