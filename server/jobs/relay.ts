import type { Redis } from "ioredis";
import { log } from "../platform/log.ts";
import { blockingRedis } from "../platform/redis.ts";
import { claimDue, firstTurn, giveBack, reclaimExpired, reclaimUnstarted } from "./outbox.ts";
import { Carrier } from "./queue.ts";
import { queueNames, type QueueName } from "./registry.ts";
import { wakeChannel } from "./wake.ts";

const batchMax = 200;
const pollMs = 500;
const lookAfterMs = 1_000;
/** Rows that may wait in Redis: few, so that fairness is decided here, and enough to keep workers busy. */
const waitingMax = 400;

/**
 * Carries outbox rows to the workers, tenant by tenant in turn. It sleeps until it is woken or the poll
 * is due, so that a lost wake-up costs half a second and nothing else. Any number of relays may run.
 */
export class Relay {
  readonly #shardId: string;
  readonly #carrier = new Carrier();
  readonly #ear: Redis = blockingRedis();
  readonly #turns = new Map<QueueName, string>();
  #generation: string | undefined;
  #lookedAfter = 0;
  #wake: (() => void) | undefined;
  #woken = false;
  #running = true;
  readonly #loop: Promise<void>;

  constructor(shardId: string) {
    this.#shardId = shardId;
    this.#ear.on("message", () => this.wake());
    this.#ear
      .subscribe(wakeChannel)
      .catch((error: unknown) => log("relay").warn({ err: error }, "no wake-ups"));
    this.#loop = this.#run();
  }

  /** Looks at once, or right after the present look. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Finishes the present batch and lets go of Redis. */
  async stop(): Promise<void> {
    this.#running = false;
    this.wake();
    this.#ear.disconnect();
    await this.#loop;
    await this.#carrier.close();
  }

  async #run(): Promise<void> {
    while (this.#running) {
      this.#woken = false;
      try {
        await this.#lookAfter();
        const more = await Promise.all(queueNames.map((queue) => this.#carryRound(queue)));
        if (more.includes(true)) continue;
      } catch (error) {
        log("relay").warn({ err: error }, "the outbox could not be carried");
      }
      await this.#sleep();
    }
  }

  /** Takes back what died or was forgotten. A queue that lost its memory is noticed by its mark, not by waiting. */
  async #lookAfter(): Promise<void> {
    const now = performance.now();
    if (this.#generation !== undefined && now - this.#lookedAfter < lookAfterMs) return;
    this.#lookedAfter = now;
    const generation = await this.#carrier.generation();
    if (generation !== this.#generation) {
      const lost = this.#generation === undefined ? 0 : await reclaimUnstarted(this.#shardId);
      if (lost > 0) log("relay").warn({ lost }, "the queue has forgotten its jobs; they are carried again");
      this.#generation = generation;
    }
    const expired = await reclaimExpired(this.#shardId);
    if (expired > 0) log("relay").warn({ expired }, "jobs whose lease ran out are carried again");
  }

  /** One claim of one queue; true when there may be more at once. */
  async #carryRound(queue: QueueName): Promise<boolean> {
    const room = waitingMax - (await this.#carrier.waiting(queue));
    if (room <= 0) return false;
    const from = this.#turns.get(queue) ?? firstTurn;
    const rows = await claimDue(this.#shardId, queue, Math.min(room, batchMax), from);
    this.#turns.set(
      queue,
      rows.reduce((last, row) => (row.turn > last ? row.turn : last), firstTurn),
    );
    // Nothing behind this turn: there may still be something before it.
    if (rows.length === 0) return from !== firstTurn;
    try {
      await this.#carrier.carry(this.#shardId, queue, rows);
    } catch (error) {
      const ids = rows.map((row) => row.id);
      await giveBack(this.#shardId, ids);
      throw error;
    }
    return true;
  }

  #sleep(): Promise<void> {
    if (this.#woken || !this.#running) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, pollMs);
      this.#wake = done;
    });
  }
}
