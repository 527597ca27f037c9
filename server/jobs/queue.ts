import { Queue } from "bullmq";
import { blockingRedis } from "../platform/redis.ts";

export const queueName = "astra-jobs";

/** What travels through Redis: enough to find the row, which alone decides whether there is work. */
export type QueuedJob = {
  rowId: string;
  shardId: string;
  tenantId: string | null;
  payload: unknown;
  /** Which try this is; a row that has moved on ignores an older one. */
  attempt: number;
  requestId: string | null;
};

/** The producer's side of the queue. Made lazily: a connection at import time would open during a build. */
export function openQueue(): Queue<QueuedJob> {
  return new Queue<QueuedJob>(queueName, {
    connection: blockingRedis(),
    defaultJobOptions: {
      // Tries are counted in the outbox; the queue only carries.
      attempts: 1,
      removeOnComplete: true,
      removeOnFail: { age: 3_600, count: 1_000 },
    },
  });
}
