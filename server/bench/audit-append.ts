// What an audit entry costs the change that it belongs to, alone and with 64 writers in one organization.
import { v7 as uuid } from "uuid";
import { audit } from "../audit/audit.ts";
import { requiredEnv } from "../platform/env.ts";
import { keepTokens } from "../search/tokens.ts";
import { buildOrganization, closeConnections, doorOf } from "../test/factories.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { progress, type Bench } from "./figure.ts";
import { measureSides, median, ratioOf, type Sample } from "./measure.ts";
import { findServer } from "./server-cpu.ts";

const rounds = 30;
const operations = 200;

export const bench: Bench = {
  async run(report) {
    const { owner } = await buildOrganization();
    const door = await doorOf(owner);
    const server = await findServer(requiredEnv("DATABASE_URL"));
    progress(`A change with and without its entry: ${rounds} rounds of ${operations} …`);
    const change = await measureSides(
      { with: (index) => changes(door, index, true), without: (index) => changes(door, index, false) },
      { rounds, operations, concurrency: 1, server },
    );
    const append = ratioOf(change.with, change.without, latency);
    report({
      name: "audit.append",
      value: append.value,
      unit: "x",
      goal: 1.35,
      n: rounds * operations,
      details: { withMs: median(change.with.map(latency)), withoutMs: median(change.without.map(latency)) },
    });

    progress(`64 writers in one organization: ${rounds} rounds of ${operations * 4} …`);
    const writers = await measureSides(
      {
        entries: () => transact(door, "write", writeEntry),
        plain: () => transact(door, "write", writePlain),
      },
      { rounds, operations: operations * 4, concurrency: 64, server },
    );
    const slowdown = ratioOf(writers.entries, writers.plain, latency);
    report({
      name: "audit.writers64",
      value: 1 / slowdown.value,
      unit: "x",
      goal: 0.8,
      goalIs: "least",
      n: rounds * operations * 4,
      details: {
        entriesMs: median(writers.entries.map(latency)),
        plainMs: median(writers.plain.map(latency)),
      },
    });
    await closeConnections();
  },
};

// With a fixed number of writers, time for one and throughput of all are each other's inverse.
const latency = (sample: Sample) => sample.latencyMs;

/** What the product's smallest change does: a row and its words, read back by nobody. */
async function changes(door: Door, index: number, audited: boolean): Promise<void> {
  await transact(door, "write", async (ctx) => {
    const id = uuid();
    const name = `Project ${index}`;
    await ctx.db.project.create({ data: { id, name, description: "" }, select: { id: true } });
    await keepTokens(ctx.db, "project", id, name);
    if (!audited) return;
    const target = { type: "project", id, label: name };
    await audit(ctx, { action: "projects.create", target, after: { name, description: "" } });
  });
}

function writeEntry(ctx: WriteCtx): Promise<void> {
  const target = { type: "project", id: uuid(), label: "Project" };
  return audit(ctx, { action: "projects.create", target, after: { name: "Project", description: "" } });
}

/** The same row into a table that has neither proofs nor a chain. */
async function writePlain(ctx: WriteCtx): Promise<void> {
  const data = JSON.stringify({ id: uuid(), name: "Project", description: "" });
  await ctx.db.$executeRaw`INSERT INTO events (id, type, at, data)
    VALUES (${uuid()}::uuid, 'project.created', ${ctx.clock.now()}::timestamptz, ${data}::jsonb)`;
}
