// From the commit that accepts a job to the start of its handler, with nothing else to do.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { enqueue } from "../jobs/enqueue.ts";
import { JobWorker } from "../jobs/worker.ts";
import { buildOrganization, closeConnections, doorOf } from "../test/factories.ts";
import { transact } from "../tenancy/transact.ts";
import { progress, type Bench } from "./figure.ts";
import { idleHandlers } from "./job-handlers.ts";
import { quantile } from "./measure.ts";

const jobs = 400;
const warmUp = 50;
const pauseMs = 25;

export const bench: Bench = {
  async run(report) {
    const { owner } = await buildOrganization();
    const door = await doorOf(owner);
    const started = new Map<string, PromiseWithResolvers<number>>();
    const worker = new JobWorker("main", {
      ...idleHandlers,
      "directory.sync-member": {
        inTenant: async (_ctx, { memberId }) => started.get(memberId)?.resolve(performance.now()),
      },
    });
    progress(`Commit to handler: ${jobs} jobs, one at a time …`);
    const times: number[] = [];
    for (let index = -warmUp; index < jobs; index++) {
      const memberId = randomUUID();
      const begun = Promise.withResolvers<number>();
      started.set(memberId, begun);
      await transact(door, "write", (ctx) => enqueue(ctx, "directory.sync-member", { memberId }));
      const committed = performance.now();
      const tookMs = (await begun.promise) - committed;
      if (index >= 0) times.push(tookMs);
      // The handler's own end belongs to no one's waiting.
      await sleep(pauseMs * Math.random() * 2);
    }
    for (const [part, share, goal] of [
      ["p50", 0.5, 15],
      ["p95", 0.95, 50],
    ] as const) {
      report({
        name: "jobs.latency",
        value: quantile(times, share),
        unit: "ms",
        goal,
        n: jobs,
        details: { part },
      });
    }
    await worker.stop(10_000);
    await closeConnections();
  },
};
