import { createServer, type Server } from "node:http";
import { Worker } from "bullmq";
import { closeOwnerPools } from "#server/fleet/owner.ts";
import { enqueuePlatform } from "#server/jobs/enqueue.ts";
import { outboxAge, trimDone } from "#server/jobs/outbox.ts";
import { queueName, type QueuedJob } from "#server/jobs/queue.ts";
import { Relay } from "#server/jobs/relay.ts";
import { runJob } from "#server/jobs/run.ts";
import { closePlatformDb, platformDb } from "#server/platform/database.ts";
import { env, requiredEnv } from "#server/platform/env.ts";
import { log } from "#server/platform/log.ts";
import { addGauge, metricsRegistry } from "#server/platform/metrics.ts";
import { blockingRedis, closeRedis } from "#server/platform/redis.ts";
import { assertSafeLogin, closeTenancy } from "#server/tenancy/kernel.ts";
import { handlers } from "./handlers.ts";

const shardId = "main";
const concurrency = 10;
const choresMs = 60_000;
const drainMs = 20_000;

const line = log("worker");

requiredEnv("DATABASE_OWNER_URL");
await assertSafeLogin(shardId);

addGauge(
  "astra_outbox_waiting",
  "Outbox rows that are due and not done",
  async () => (await outboxAge(shardId)).waiting,
);
addGauge(
  "astra_outbox_oldest_seconds",
  "Age of the oldest due outbox row",
  async () => (await outboxAge(shardId)).oldestSeconds,
);
addGauge("astra_outbox_dead", "Jobs that failed for good", async () => (await outboxAge(shardId)).dead);

const relay = new Relay(shardId);
const worker = new Worker<QueuedJob>(queueName, (job) => runJob(handlers, job.name, job.data), {
  connection: blockingRedis(),
  concurrency,
});
worker.on("error", (error) => line.warn({ err: error }, "the queue is away"));

/** What must be looked after without being asked: schemas in stock, old rows. */
async function chores(): Promise<void> {
  try {
    await platformDb().$transaction((tx) => enqueuePlatform(tx, "fleet.fill-ready-pool", {}, { once: true }));
    relay.wake();
    await trimDone(shardId);
  } catch (error) {
    line.warn({ err: error }, "chores failed");
  }
}
await chores();
const timer = setInterval(chores, choresMs);

const health = serveHealth();
line.info({ port: env().WORKER_PORT }, "worker ready");

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  line.info({ signal }, "worker stops");
  clearInterval(timer);
  // A job that does not end in time keeps its lease and is given to another worker.
  const bound = setTimeout(() => process.exit(1), drainMs);
  await relay.stop();
  await worker.close();
  health.close();
  await closeTenancy();
  await closePlatformDb();
  await closeOwnerPools();
  await closeRedis();
  clearTimeout(bound);
  line.info("worker stopped");
  process.exit(0);
}
process.on("SIGTERM", () => void stop("SIGTERM"));
process.on("SIGINT", () => void stop("SIGINT"));

function serveHealth(): Server {
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: string) => response.writeHead(status).end(body);
    if (request.url === "/health/live") return answer(200, "ok");
    if (request.url === "/health/ready") return answer(stopping ? 503 : 200, stopping ? "stopping" : "ok");
    const token = env().METRICS_TOKEN;
    if (request.url === "/health/metrics" && token && request.headers.authorization === `Bearer ${token}`) {
      return answer(200, await metricsRegistry.metrics());
    }
    return answer(404, "not found");
  });
  server.listen(env().WORKER_PORT, "127.0.0.1");
  return server;
}
