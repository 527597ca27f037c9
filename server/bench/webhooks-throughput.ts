// Deliveries a second of one worker, claimed, signed, sent and noted, against a bare loop of undici with the same
// number of requests at once and the same signing. The receivers, of either side, take 20 ms and are one process.
import { randomUUID } from "node:crypto";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { Agent, request } from "undici";
import { tenancy } from "../tenancy/kernel.ts";
import { closeOutbound } from "../platform/outbound.ts";
import { newSigningSecret, signedHeaders } from "../platform/webhook-signature.ts";
import { buildOrganization, closeConnections, type TestOrganization } from "../test/factories.ts";
import { buildEndpoint, emitProjects, type TestEndpoint } from "../test/webhooks.ts";
import { deliveringWorker } from "./delivering-worker.ts";
import { progress, type Bench } from "./figure.ts";
import { median, quantile } from "./measure.ts";

const rounds = 9;
const warmUpRounds = 1;
const perRound = 5_000;
const endpoints = 10;
const eachAtOnce = 10;

export const bench: Bench = {
  async run(report) {
    const organization = await buildOrganization({ plan: "enterprise" });
    const receiver = await startReceiverProcess();
    const made: TestEndpoint[] = [];
    for (let index = 0; index < endpoints; index++) {
      const url = `${receiver.url}/${index}`;
      made.push(await buildEndpoint(organization, url, { concurrency: eachAtOnce }));
    }
    progress(`Deliveries a second: ${rounds} rounds of ${perRound} on each side …`);
    const rates: Record<"delivered" | "bare", number[]> = { delivered: [], bare: [] };
    const memoryMB: number[] = [];
    for (let round = -warmUpRounds; round < rounds; round++) {
      const order = round % 2 === 0 ? (["delivered", "bare"] as const) : (["bare", "delivered"] as const);
      for (const side of order) {
        const rate = await (side === "bare" ? bareRound(receiver.url) : deliveredRound(organization));
        if (round >= 0) rates[side].push(rate);
      }
      if (round >= 0) memoryMB.push(process.memoryUsage().rss / 1e6);
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
      value: (memoryMB.at(-1) as number) / (memoryMB[0] as number),
      unit: "x",
      goal: 1.25,
      n: (rounds + warmUpRounds) * perRound,
      details: { firstMB: memoryMB[0] as number, lastMB: memoryMB.at(-1) as number },
    });
    receiver.process.kill();
    await closeOutbound();
    await closeConnections();
  },
};

/** A worker finds all of it waiting, and has sent and noted it. Its start does not count. */
async function deliveredRound(organization: TestOrganization): Promise<number> {
  const names = Array.from({ length: 100 }, () => "Rocket");
  for (let made = 0; made < perRound / endpoints; made += names.length)
    await emitProjects(organization, names);
  const worker = deliveringWorker();
  const from = performance.now();
  let first = 0;
  while ((await waiting(organization)) > 0) {
    if (first === 0) first = performance.now() - from;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const tookMs = performance.now() - from;
  await worker.stop(10_000);
  return (perRound / tookMs) * 1_000;
}

async function waiting(organization: TestOrganization): Promise<number> {
  const rows = await tenancy().withTenant(
    organization.id,
    { readOnly: true },
    (db) =>
      db.$queryRaw<{ some: boolean }[]>`
        SELECT EXISTS (SELECT FROM webhook_deliveries WHERE state = 'pending') AS some`,
  );
  return rows[0]?.some ? 1 : 0;
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

async function startReceiverProcess(): Promise<{ url: string; process: ChildProcess }> {
  const child = fork(path.join(import.meta.dirname, "slow-receiver.ts"), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [url] = (await once(child, "message")) as [string];
  return { url, process: child };
}
