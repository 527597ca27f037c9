import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "bullmq";
import type { Redis } from "ioredis";
import { log } from "../platform/log.ts";
import { blockingRedis } from "../platform/redis.ts";
import { redisQueueName, type QueuedJob } from "./queue.ts";
import { queueConcurrency, queueNames } from "./registry.ts";
import { Relay } from "./relay.ts";
import { runJob, type Handlers } from "./run.ts";
import { acceptDueSchedules } from "./schedules.ts";
import { handBackTries } from "./tries.ts";

const scheduleMs = 5_000;
const handBackMs = 1_000;

/** All that a process does for the jobs of one shard: carries them, runs them, and asks for the repeating ones. */
export class JobWorker {
  readonly #shardId: string;
  readonly #relay: Relay;
  readonly #connection: Redis = blockingRedis();
  readonly #workers: Worker<QueuedJob>[];
  readonly #timer: NodeJS.Timeout;

  constructor(shardId: string, handlers: Handlers) {
    this.#shardId = shardId;
    this.#relay = new Relay(shardId);
    this.#workers = queueNames.map((queue) => {
      const worker = new Worker<QueuedJob>(redisQueueName(queue), (job) => runJob(handlers, job.data), {
        connection: this.#connection,
        concurrency: queueConcurrency[queue],
        // Its default is a quarter of a minute of doing nothing after Redis was away.
        runRetryDelay: 500,
      });
      worker.on("error", (err) => log("worker").warn({ err, queue }, "the queue is away"));
      // The database was away for longer than patience lasts: the row's lease brings the job back.
      worker.on("failed", (_job, err) => log("worker").warn({ err, queue }, "a try could not be settled"));
      // The relay keeps little in Redis, so it must hear when that is used up.
      worker.on("drained", () => this.#relay.wake(queue));
      return worker;
    });
    this.#timer = setInterval(() => void this.#accept(), scheduleMs);
    void this.#accept();
  }

  /**
   * Claims nothing more, waits for what runs for `withinMs` at most, and gives the rest back for other workers
   * to take at once. Answers how many were given back; their work may still run until the process ends.
   */
  async stop(withinMs: number): Promise<number> {
    clearInterval(this.#timer);
    const settled = new AbortController();
    const drained = Promise.all([this.#relay.stop(), ...this.#workers.map((worker) => worker.close())]);
    const late = sleep(withinMs - handBackMs, "late" as const, { signal: settled.signal }).catch(
      () => "in time" as const,
    );
    const outcome = await Promise.race([drained.then(() => "in time" as const), late]);
    settled.abort();
    const handedBack = outcome === "late" ? await handBackTries() : 0;
    this.#connection.disconnect();
    return handedBack;
  }

  async #accept(): Promise<void> {
    try {
      if ((await acceptDueSchedules(this.#shardId)) > 0) this.#relay.wake("");
    } catch (error) {
      log("worker").warn({ err: error }, "schedules could not be read");
    }
  }
}
