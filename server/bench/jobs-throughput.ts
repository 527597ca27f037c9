// Jobs a second through outbox, relay and queue, against the bare queue whose handler runs the same transaction.
import { randomUUID } from "node:crypto";
import { Queue, Worker } from "bullmq";
import { findOrganizationById } from "../access/directory.ts";
import { enqueueMany } from "../jobs/enqueue.ts";
import { queueConcurrency } from "../jobs/registry.ts";
import { JobWorker } from "../jobs/worker.ts";
import { blockingRedis } from "../platform/redis.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { buildOrganization, closeConnections, doorOf } from "../test/factories.ts";
import { transact } from "../tenancy/transact.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { progress, type Bench } from "./figure.ts";
import { idleHandlers } from "./job-handlers.ts";
import { median, quantile } from "./measure.ts";

const rounds = 12;
const warmUpRounds = 2;
const jobs = 1_000;
/** Jobs that one request asks for, in one go on either side. */
const perRequest = 20;
const requestsAtOnce = 4;
const organizations = 5;

type Side = { ask(door: Door): Promise<void>; close(): Promise<void> };

export const bench: Bench = {
  async run(report) {
    const doors: Door[] = [];
    for (let made = 0; made < organizations; made++)
      doors.push(await doorOf((await buildOrganization()).owner));
    const watch = new Watch();
    const sides = { outbox: outboxSide(watch), bare: bareSide(watch) };
    progress(`Jobs a second: ${rounds} rounds of ${jobs} on each side …`);
    const rates: Record<keyof typeof sides, number[]> = { outbox: [], bare: [] };
    for (let round = -warmUpRounds; round < rounds; round++) {
      const order = round % 2 === 0 ? (["outbox", "bare"] as const) : (["bare", "outbox"] as const);
      for (const name of order) {
        const rate = await runRound(sides[name], doors, watch);
        if (round >= 0) rates[name].push(rate);
      }
    }
    const ratios = rates.outbox.map((rate, round) => rate / (rates.bare[round] as number));
    report({
      name: "jobs.throughput",
      value: median(ratios),
      unit: "x",
      goal: 0.5,
      goalIs: "least",
      n: rounds * jobs,
      details: {
        outboxPerSecond: median(rates.outbox),
        barePerSecond: median(rates.bare),
        low: quantile(ratios, 0.25),
        high: quantile(ratios, 0.75),
      },
    });
    await sides.outbox.close();
    await sides.bare.close();
    await closeConnections();
  },
};

/** Counts what is done, and tells when a round is. */
class Watch {
  #left = 0;
  #all = Promise.withResolvers<void>();

  expect(count: number): Promise<void> {
    this.#left = count;
    this.#all = Promise.withResolvers();
    return this.#all.promise;
  }

  done(): void {
    if (--this.#left === 0) this.#all.resolve();
  }
}

/** Jobs a second from the first request to the last handler's commit. */
async function runRound(side: Side, doors: Door[], watch: Watch): Promise<number> {
  const all = watch.expect(jobs);
  const requests = jobs / perRequest;
  let next = 0;
  const client = async () => {
    while (next < requests) await side.ask(doors[next++ % doors.length] as Door);
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: requestsAtOnce }, client));
  await all;
  return (jobs / (performance.now() - from)) * 1_000;
}

/** What both sides' handlers do: one row in the organization's own tables. */
async function work(ctx: WriteCtx): Promise<void> {
  await ctx.db.$executeRaw`INSERT INTO events (id, type, at, data)
    VALUES (${randomUUID()}::uuid, 'project.created', ${ctx.clock.now()}::timestamptz, '{}'::jsonb)`;
}

function outboxSide(watch: Watch): Side {
  const worker = new JobWorker("main", {
    ...idleHandlers,
    "directory.sync-member": {
      inTenant: async (ctx) => {
        await work(ctx);
        ctx.afterCommit(() => watch.done());
      },
    },
  });
  return {
    ask: (door) =>
      transact(door, "write", async (ctx) => {
        await work(ctx);
        const payloads = Array.from({ length: perRequest }, () => ({ memberId: randomUUID() }));
        await enqueueMany(ctx, "directory.sync-member", payloads);
      }),
    close: async () => void (await worker.stop(10_000)),
  };
}

type BareJob = { organizationId: string; memberId: string };

/** As it is done without a ledger: the request commits, then adds to the queue; what lies between is lost in a crash. */
function bareSide(watch: Watch): Side {
  const connections = { producer: blockingRedis(), worker: blockingRedis() };
  const queue = new Queue<BareJob>("bench-bare", {
    connection: connections.producer,
    defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
  });
  const worker = new Worker<BareJob>(
    "bench-bare",
    async ({ data }) => {
      const organization = await findOrganizationById(data.organizationId);
      if (!organization) throw new Error("an organization is missing");
      const door = systemDoor(organization, { id: data.memberId, ip: null, userAgent: null });
      await transact(door, "write", work);
      watch.done();
    },
    { connection: connections.worker, concurrency: queueConcurrency.default },
  );
  return {
    async ask(door) {
      await transact(door, "write", work);
      await queue.addBulk(
        Array.from({ length: perRequest }, () => ({
          name: "directory.sync-member",
          data: { organizationId: door.organization.id, memberId: randomUUID() },
        })),
      );
    },
    async close() {
      await worker.close();
      await queue.close();
      for (const connection of Object.values(connections)) connection.disconnect();
    },
  };
}
