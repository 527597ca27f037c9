// From the commit in which something happens to the first byte at a receiver, with nothing else to do.
import { setTimeout as sleep } from "node:timers/promises";
import { closeOutbound } from "../platform/outbound.ts";
import { buildOrganization, closeConnections } from "../test/factories.ts";
import { buildEndpoint, emitProjects } from "../test/webhooks.ts";
import { deliveringWorker } from "./delivering-worker.ts";
import { progress, type Bench } from "./figure.ts";
import { quantile } from "./measure.ts";
import { startTimedReceiver } from "./timed-receiver.ts";

const events = 300;
const warmUp = 40;
const pauseMs = 25;

export const bench: Bench = {
  async run(report) {
    const organization = await buildOrganization();
    let arrived = Promise.withResolvers<number>();
    const receiver = await startTimedReceiver(0, () => arrived.resolve(performance.now()));
    await buildEndpoint(organization, receiver.url);
    const worker = deliveringWorker();
    progress(`Commit to first byte: ${events} events, one at a time …`);
    const times: number[] = [];
    for (let index = -warmUp; index < events; index++) {
      arrived = Promise.withResolvers();
      await emitProjects(organization, ["Rocket"]);
      const committed = performance.now();
      const tookMs = (await arrived.promise) - committed;
      if (index >= 0) times.push(Math.max(tookMs, 0));
      // What is noted afterwards belongs to no one's waiting.
      await sleep(20 + pauseMs * Math.random() * 2);
    }
    for (const [part, share, goal] of [
      ["p50", 0.5, 20],
      ["p95", 0.95, 60],
    ] as const) {
      const value = quantile(times, share);
      report({ name: "webhooks.first_byte", value, unit: "ms", goal, n: events, details: { part } });
    }
    await worker.stop(10_000);
    await receiver.close();
    await closeOutbound();
    await closeConnections();
  },
};
