import type { Server } from "node:http";
import { closeOwnerPools } from "#server/fleet/owner.ts";
import { outboxFigures } from "#server/jobs/outbox.ts";
import type { Handlers } from "#server/jobs/run.ts";
import { JobWorker } from "#server/jobs/worker.ts";
import { closePlatformDb } from "#server/platform/database.ts";
import { env, requiredEnv } from "#server/platform/env.ts";
import { log } from "#server/platform/log.ts";
import { closeMail } from "#server/platform/mail.ts";
import { addGauge } from "#server/platform/metrics.ts";
import { assertKeepsJobs, closeRedis } from "#server/platform/redis.ts";
import { assertSafeLogin, closeTenancy } from "#server/tenancy/kernel.ts";
import { serveHealth } from "./health.ts";

const shardId = "main";
const closeMs = 1_000;

/** Runs a worker until it is told to stop. Throws when something that it needs is missing or unfit. */
export async function runWorker(handlers: Handlers): Promise<void> {
  requiredEnv("DATABASE_OWNER_URL");
  requiredEnv("STORAGE_URL");
  await assertSafeLogin(shardId);
  await assertKeepsJobs();
  addFigures();
  let stopping = false;
  const worker = new JobWorker(shardId, handlers);
  const health = serveHealth(env().WORKER_PORT, () => !stopping);
  const line = log("worker");
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    line.info({ signal }, "worker stops");
    void drain(worker, health);
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
  process.on("uncaughtException", (error) => {
    line.fatal({ err: error }, "worker dies of an error that nobody caught");
    process.exit(1);
  });
  line.info({ port: env().WORKER_PORT }, "worker ready");
}

async function drain(worker: JobWorker, health: Server): Promise<void> {
  const line = log("worker");
  const drainMs = env().WORKER_DRAIN_SECONDS * 1_000;
  // Whatever hangs below, the process ends; rows that it still holds come back when their lease runs out.
  setTimeout(() => {
    line.error("worker could not stop in order");
    process.exit(1);
  }, drainMs).unref();
  const handedBack = await worker.stop(drainMs - closeMs);
  health.close();
  // What was handed back may still run here, and would keep its connections from closing.
  if (handedBack === 0) {
    await closeTenancy();
    await closePlatformDb();
    await closeOwnerPools();
    await closeRedis();
  }
  closeMail();
  line.info({ handedBack }, "worker stopped");
  process.exit(0);
}

function addFigures(): void {
  let asked = 0;
  let answer: ReturnType<typeof outboxFigures> | undefined;
  // All of them come from one look.
  const figures = () => {
    if (!answer || performance.now() - asked > 500) {
      asked = performance.now();
      answer = outboxFigures(shardId);
    }
    return answer;
  };
  addGauge(
    "astra_outbox_waiting",
    "Outbox rows that are due and not done",
    async () => (await figures()).waiting,
  );
  addGauge(
    "astra_outbox_oldest_seconds",
    "Age of the oldest due outbox row",
    async () => (await figures()).oldestSeconds,
  );
  addGauge("astra_outbox_dead", "Jobs that failed for good", async () => (await figures()).dead);
}
