// One delivery of an organization while another one has 100,000 waiting, against the same with nothing else to do.
// A worker process of the product delivers both.
import { setTimeout as sleep } from "node:timers/promises";
import { tenancy } from "../tenancy/kernel.ts";
import { buildOrganization, closeConnections, type TestOrganization } from "../test/factories.ts";
import { buildEndpoint, emitProjects } from "../test/webhooks.ts";
import { progress, type Bench } from "./figure.ts";
import { quantile } from "./measure.ts";
import { startTimedReceiver } from "./timed-receiver.ts";
import { startSlowReceiver, startWorkerProcess } from "./webhook-processes.ts";

const samples = 150;
const warmUp = 20;
const waiting = 100_000;
const endpoints = 10;
const atOnce = 1_000;

export const bench: Bench = {
  async run(report) {
    const small = await buildOrganization();
    const large = await buildOrganization({ plan: "enterprise" });
    let arrived = Promise.withResolvers<number>();
    const receiver = await startTimedReceiver(0, () => arrived.resolve(performance.now()));
    await buildEndpoint(small, receiver.url);
    const slow = await startSlowReceiver();
    for (let made = 0; made < endpoints; made++) await buildEndpoint(large, `${slow.url}/${made}`);
    const worker = await startWorkerProcess();
    const measure = async () => {
      const times: number[] = [];
      for (let index = -warmUp; index < samples; index++) {
        arrived = Promise.withResolvers();
        await emitProjects(small, ["Rocket"]);
        const committed = performance.now();
        const tookMs = (await arrived.promise) - committed;
        if (index >= 0) times.push(Math.max(tookMs, 0));
        // Long enough for what is noted afterwards: each is a single one.
        await sleep(100 + 100 * Math.random());
      }
      return times;
    };
    progress(`One delivery at a time, ${samples} of them, with nothing else to do …`);
    const idle = await measure();
    progress(`… and beside ${waiting} that wait …`);
    const names = Array.from({ length: atOnce }, () => "Rocket");
    for (let made = 0; made < waiting / endpoints; made += atOnce) await emitProjects(large, names);
    const before = await delivered(large);
    const from = performance.now();
    const beside = await measure();
    const perSecond = ((await delivered(large)) - before) / ((performance.now() - from) / 1_000);
    report({
      name: "webhooks.fairness",
      value: quantile(beside, 0.95) / quantile(idle, 0.95),
      unit: "x",
      goal: 3,
      n: samples,
      details: {
        idleP95Ms: quantile(idle, 0.95),
        besideP50Ms: quantile(beside, 0.5),
        besideP95Ms: quantile(beside, 0.95),
        meanwhilePerSecond: perSecond,
      },
    });
    for (const child of [worker, slow.process]) child.kill("SIGKILL");
    await receiver.close();
    await closeConnections();
  },
};

async function delivered(organization: TestOrganization): Promise<number> {
  return tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.webhookDelivery.count({ where: { state: "delivered" } }),
  );
}
