import { randomUUID } from "node:crypto";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { blockingRedis } from "../platform/redis.ts";
import type { OutboxRow } from "./outbox.ts";
import type { QueueName } from "./registry.ts";

/** What travels through Redis: where the row is. The row alone says what is to be done and for whom. */
export type QueuedJob = {
  rowId: string;
  shardId: string;
  /** Which try this is, and of which hand-over: a row that has moved on ignores an older one. */
  attempt: number;
  /** The version before does not say it. */
  dispatch?: number;
};

const generationKey = "astra:queue-generation";

/** The name under which a queue stands in Redis. */
export function redisQueueName(queue: QueueName): string {
  return `astra-${queue}`;
}

/** The producers' side of all queues, over one connection. Made lazily: nothing connects at import time. */
export class Carrier {
  readonly #connection: Redis = blockingRedis();
  readonly #queues = new Map<QueueName, Queue<QueuedJob>>();

  /** Rows that wait in the queue and that no worker has taken. */
  async waiting(queue: QueueName): Promise<number> {
    return this.#queue(queue).getWaitingCount();
  }

  /** Hands rows of one queue over in one go. */
  async carry(shardId: string, queue: QueueName, rows: OutboxRow[]): Promise<void> {
    await this.#queue(queue).addBulk(
      rows.map((row) => ({
        name: row.name,
        data: { rowId: row.id, shardId, attempt: row.attempts, dispatch: row.dispatches },
        // Each hand-over is a new job: the queue silently drops an id that it has seen.
        opts: { jobId: `${row.id}-${row.dispatches}` },
      })),
    );
  }

  /** A mark that lives as long as Redis' memory of the queues; another answer means that all is forgotten. */
  async generation(): Promise<string> {
    await this.#connection.setnx(generationKey, randomUUID());
    return (await this.#connection.get(generationKey)) ?? "";
  }

  /** Lets go at once: what still waits for an answer of Redis fails. */
  close(): void {
    this.#connection.disconnect();
  }

  #queue(name: QueueName): Queue<QueuedJob> {
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = new Queue<QueuedJob>(redisQueueName(name), {
        connection: this.#connection,
        defaultJobOptions: {
          // Tries are counted in the outbox; the queue only carries.
          attempts: 1,
          // What is done stands in the outbox for a while; in Redis none of it is kept.
          removeOnComplete: true,
          removeOnFail: true,
        },
      });
      queue.on("error", () => {});
      this.#queues.set(name, queue);
    }
    return queue;
  }
}
