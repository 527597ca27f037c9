import { Worker } from "bullmq";
import { closeOwnerPools } from "#server/fleet/owner.ts";
import { queueConcurrency, queueNames } from "#server/jobs/registry.ts";
import { outboxFigures } from "#server/jobs/outbox.ts";
import { redisQueueName, type QueuedJob } from "#server/jobs/queue.ts";
import { Relay } from "#server/jobs/relay.ts";
import { runJob } from "#server/jobs/run.ts";
import { acceptDueSchedules } from "#server/jobs/schedules.ts";
import { closePlatformDb } from "#server/platform/database.ts";
import { env, requiredEnv } from "#server/platform/env.ts";
import { log } from "#server/platform/log.ts";
import { closeMail } from "#server/platform/mail.ts";
import { addGauge } from "#server/platform/metrics.ts";
import { assertKeepsJobs, blockingRedis, closeRedis } from "#server/platform/redis.ts";
import { assertSafeLogin, closeTenancy } from "#server/tenancy/kernel.ts";
import { handlers } from "./handlers.ts";
import { serveHealth } from "./health.ts";

const shardId = "main";
const scheduleMs = 5_000;
const drainMs = 20_000;

const line = log("worker");

requiredEnv("DATABASE_OWNER_URL");
await assertSafeLogin(shardId);
await assertKeepsJobs();

addGauge(
  "astra_outbox_waiting",
  "Outbox rows that are due and not done",
  async () => (await outboxFigures(shardId)).waiting,
);
addGauge(
  "astra_outbox_oldest_seconds",
  "Age of the oldest due outbox row",
  async () => (await outboxFigures(shardId)).oldestSeconds,
);
addGauge("astra_outbox_dead", "Jobs that failed for good", async () => (await outboxFigures(shardId)).dead);

const relay = new Relay(shardId);
const workers = queueNames.map((queue) => {
  const worker = new Worker<QueuedJob>(redisQueueName(queue), (job) => runJob(handlers, job.data), {
    connection: blockingRedis(),
    concurrency: queueConcurrency[queue],
  });
  worker.on("error", (error) => line.warn({ err: error, queue }, "the queue is away"));
  // The relay keeps little in Redis, so it must hear when that is used up.
  worker.on("drained", () => relay.wake());
  return worker;
});

async function accept(): Promise<void> {
  try {
    if ((await acceptDueSchedules(shardId)) > 0) relay.wake();
  } catch (error) {
    line.warn({ err: error }, "schedules could not be read");
  }
}
await accept();
const timer = setInterval(() => void accept(), scheduleMs);

let stopping = false;
const health = serveHealth(env().WORKER_PORT, () => !stopping);
line.info({ port: env().WORKER_PORT }, "worker ready");

async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  line.info({ signal }, "worker stops");
  clearInterval(timer);
  // A job that does not end in time keeps its lease, which runs out, and another worker takes it.
  const bound = setTimeout(() => process.exit(1), drainMs);
  await relay.stop();
  await Promise.all(workers.map((worker) => worker.close()));
  health.close();
  await closeTenancy();
  await closePlatformDb();
  await closeOwnerPools();
  closeMail();
  await closeRedis();
  clearTimeout(bound);
  line.info("worker stopped");
  process.exit(0);
}
process.on("SIGTERM", () => void stop("SIGTERM"));
process.on("SIGINT", () => void stop("SIGINT"));
