import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { log } from "../platform/log.ts";
import { blockingRedis } from "../platform/redis.ts";
import { claimDue, giveBack } from "./outbox.ts";
import { openQueue, type QueuedJob } from "./queue.ts";
import { wakeChannel } from "./wake.ts";

const batchMax = 200;
const pollMs = 500;

/**
 * Carries outbox rows to the workers. It sleeps until it is woken or the poll is due, so that a lost
 * wake-up costs half a second and nothing else. Any number of relays may run.
 */
export class Relay {
  readonly #shardId: string;
  readonly #queue: Queue<QueuedJob> = openQueue();
  readonly #ear: Redis = blockingRedis();
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
    await this.#loop;
    this.#ear.disconnect();
    await this.#queue.close();
  }

  async #run(): Promise<void> {
    while (this.#running) {
      this.#woken = false;
      try {
        if ((await this.#carry()) === batchMax) continue;
      } catch (error) {
        log("relay").warn({ err: error }, "the outbox could not be carried");
      }
      await this.#sleep();
    }
  }

  async #carry(): Promise<number> {
    const rows = await claimDue(this.#shardId, batchMax);
    if (rows.length === 0) return 0;
    try {
      await this.#queue.addBulk(
        rows.map((row) => ({
          name: row.name,
          data: {
            rowId: row.id,
            shardId: this.#shardId,
            tenantId: row.tenant_id,
            payload: row.payload,
            attempt: row.attempts,
            requestId: row.request_id,
          },
          // A new try is a new job: the queue drops an id that it has seen.
          opts: { jobId: `${row.id}-${row.attempts}` },
        })),
      );
    } catch (error) {
      await giveBack(
        this.#shardId,
        rows.map((row) => row.id),
      );
      throw error;
    }
    return rows.length;
  }

  #sleep(): Promise<void> {
    if (this.#woken || !this.#running) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, pollMs);
      const relay = this;
      function done() {
        clearTimeout(timer);
        relay.#wake = undefined;
        resolve();
      }
      this.#wake = done;
    });
  }
}
