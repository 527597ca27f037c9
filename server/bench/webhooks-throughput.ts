// Deliveries a second of one worker, claimed, signed, sent and noted, against a bare loop of undici with the same
// number of requests at once and the same signing. The receivers, of either side, take 20 ms and are one process.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { wakeRelay } from "../jobs/wake.ts";
import { tenancy } from "../tenancy/kernel.ts";
import type { TenantDb } from "../tenancy/tenant-db.ts";
import { newSigningSecret, signedHeaders } from "../platform/webhook-signature.ts";
import { buildOrganization, closeConnections, type TestOrganization } from "../test/factories.ts";
import { buildEndpoint, emitProjects } from "../test/webhooks.ts";
import { progress, type Bench } from "./figure.ts";
import { median, quantile } from "./measure.ts";
import { memoryMB, startSlowReceiver, startWorkerProcess } from "./webhook-processes.ts";

const rounds = 9;
const warmUpRounds = 1;
const perRound = 5_000;
const endpoints = 10;
const eachAtOnce = 10;

export const bench: Bench = {
  async run(report) {
    const organization = await buildOrganization({ plan: "enterprise" });
    const receiver = await startSlowReceiver();
    const worker = await startWorkerProcess();
    for (let index = 0; index < endpoints; index++) {
      await buildEndpoint(organization, `${receiver.url}/${index}`, { concurrency: eachAtOnce });
    }
    progress(`Deliveries a second: ${rounds} rounds of ${perRound} on each side …`);
    const rates: Record<"delivered" | "bare", number[]> = { delivered: [], bare: [] };
    const memory: number[] = [];
    for (let round = -warmUpRounds; round < rounds; round++) {
      const order = round % 2 === 0 ? (["delivered", "bare"] as const) : (["bare", "delivered"] as const);
      for (const side of order) {
        const rate = await (side === "bare" ? bareRound(receiver.url) : deliveredRound(organization));
        if (round >= 0) rates[side].push(rate);
      }
      if (round >= 0) memory.push(memoryMB(worker));
    }
    const ratios = rates.delivered.map((rate, round) => rate / (rates.bare[round] as number));
    report({
      name: "webhooks.throughput",
      value: median(ratios),
      unit: "x",
      goal: 0.35,
      goalIs: "least",
      n: rounds * perRound,
      details: {
        deliveredPerSecond: median(rates.delivered),
        barePerSecond: median(rates.bare),
        low: quantile(ratios, 0.25),
        high: quantile(ratios, 0.75),
      },
    });
    report({
      name: "webhooks.memory",
      value: (memory.at(-1) as number) / (memory[0] as number),
      unit: "x",
      goal: 1.25,
      n: (rounds + warmUpRounds) * perRound,
      details: { firstMB: memory[0] as number, lastMB: memory.at(-1) as number },
    });
    for (const child of [worker, receiver.process]) child.kill("SIGKILL");
    await closeConnections();
  },
};

/** The worker learns of all of it at one moment, and has sent and noted it at the other. */
async function deliveredRound(organization: TestOrganization): Promise<number> {
  const { id } = organization;
  const write = (work: (db: TenantDb) => Promise<unknown>) =>
    tenancy().withTenant(id, { readOnly: false }, work);
  await write((db) => db.webhookEndpoint.updateMany({ data: { state: "paused" } }));
  const names = Array.from({ length: 100 }, () => "Rocket");
  for (let made = 0; made < perRound / endpoints; made += names.length)
    await emitProjects(organization, names);
  await write(async (db) => {
    await db.webhookEndpoint.updateMany({ data: { state: "active" } });
    await db.$executeRaw`UPDATE webhook_deliveries SET state = 'pending', settled_at = NULL WHERE state = 'held'`;
  });
  const from = performance.now();
  await write((db) => db.$queryRaw`SELECT astra.ask_for_delivery(e.id, NULL, NULL) FROM webhook_endpoints e`);
  wakeRelay("webhooks");
  while (await isWaiting(organization)) await sleep(20);
  return (perRound / (performance.now() - from)) * 1_000;
}

async function isWaiting(organization: TestOrganization): Promise<boolean> {
  const rows = await tenancy().withTenant(
    organization.id,
    { readOnly: true },
    (db) =>
      db.$queryRaw<{ some: boolean }[]>`
        SELECT EXISTS (SELECT FROM webhook_deliveries WHERE state = 'pending') AS some`,
  );
  return rows[0]?.some ?? false;
}

/** What anybody would write: sign, post, read the answer, so many at once. */
async function bareRound(url: string): Promise<number> {
  const dispatcher = new Agent({ allowH2: false, pipelining: 1 });
  const secret = newSigningSecret();
  let left = perRound;
  const client = async () => {
    while (left-- > 0) {
      const id = randomUUID();
      const body = Buffer.from(
        JSON.stringify({
          id,
          type: "project.created",
          timestamp: new Date().toISOString(),
          data: { id, name: "Rocket" },
        }),
      );
      const headers = {
        "content-type": "application/json",
        ...signedHeaders({ id, at: new Date(), body }, [secret]),
      };
      const answer = await request(url, { method: "POST", headers, body, dispatcher });
      await answer.body.dump();
    }
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: endpoints * eachAtOnce }, client));
  const rate = (perRound / (performance.now() - from)) * 1_000;
  await dispatcher.close();
  return rate;
}
