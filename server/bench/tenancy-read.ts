// One point read by Prisma: through the kernel, without tenancy, and the way that tutorials show.
import type { PrismaClient } from "#prisma/generated/tenant/client.ts";
import { requiredEnv } from "../platform/env.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { progress, type Bench, type Report } from "./figure.ts";
import {
  latencyMs,
  measureSides,
  median,
  middleMs,
  nodeMs,
  ratioOf,
  totalMs,
  type Operation,
  type Sample,
} from "./measure.ts";
import { openPlainDatabase, plainSchema } from "./plain-database.ts";
import { findServer } from "./server-cpu.ts";
import { closeConnections, makeTenants } from "./tenants.ts";

const rounds = 60;
const operations = 500;
const tenants = 4;
const overheadMax = 1.6;

// By a unique key, but not findUnique: Prisma merges those of one tick into one query, which would favour
// the side that has one client for all.
const read = { where: { key: "owner" } };

type Side = "kernel" | "plain" | "naive";
type Measured = { concurrency: number; samples: Record<Side, Sample[]> };

export const bench: Bench = {
  async run(report) {
    const plain = await openPlainDatabase();
    const ids = await makeTenants(tenants);
    const server = await findServer(requiredEnv("DATABASE_URL"));
    const sides: Record<Side, Operation> = {
      kernel: (index) =>
        tenancy().withTenant(ids[index % tenants] ?? "", { readOnly: true }, (db) => db.role.findFirst(read)),
      plain: () => plain.role.findFirst(read),
      naive: () => readNaively(plain),
    };
    for (const concurrency of [1, 8]) {
      progress(
        `A point read at concurrency ${concurrency}: ${rounds} rounds of ${operations}, three sides …`,
      );
      const samples = await measureSides(sides, { rounds, operations, concurrency, server });
      reportAll(report, { concurrency, samples });
    }
    await plain.$disconnect();
    await closeConnections();
  },
};

/** One client, an interactive transaction, the setting as its first statement. */
function readNaively(plain: PrismaClient): Promise<unknown> {
  return plain.$transaction(async (tx) => {
    await tx.$executeRawUnsafe(`SET LOCAL search_path = ${plainSchema}`);
    return tx.role.findFirst(read);
  });
}

function reportAll(report: Report, { concurrency, samples }: Measured): void {
  const { kernel, plain, naive } = samples;
  const n = rounds * operations;
  const overhead = ratioOf(kernel, plain, nodeMs);
  report({
    name: "tenancy.read.overhead",
    details: { concurrency, ...middleMs({ kernel, plain }, nodeMs), low: overhead.low, high: overhead.high },
    value: overhead.value,
    unit: "x",
    goal: overheadMax,
    n,
  });
  report({
    name: "tenancy.latency",
    details: { concurrency, ...middleMs({ kernel, plain, naive }, latencyMs) },
    value: median(kernel.map(latencyMs)),
    unit: "ms",
    n,
  });
  const total = ratioOf(kernel, plain, totalMs);
  if (Number.isNaN(total.value)) progress("The server's CPU cannot be read on this system.");
  else
    report({
      name: "tenancy.cpu.total",
      details: { concurrency, ...middleMs({ kernel, plain, naive }, totalMs) },
      value: total.value,
      unit: "x",
      n,
    });
  report({
    name: "tenancy.naive",
    details: { concurrency, ...middleMs({ naive, plain }, nodeMs) },
    value: ratioOf(naive, plain, nodeMs).value,
    unit: "x",
    n,
  });
}
