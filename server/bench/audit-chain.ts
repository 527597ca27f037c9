// A log of a million entries: sealed, verified and looked at.
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { sealEntries } from "../audit/seal.ts";
import { verifyAudit } from "../audit/verify.ts";
import { keepWords } from "../audit/words.ts";
import { ownerPool } from "../fleet/owner.ts";
import { requiredEnv } from "../platform/env.ts";
import { schemaOf } from "../test/entered.ts";
import { buildOrganization, closeConnections, requestOf, type TestMember } from "../test/factories.ts";
import { fillLog } from "../test/logs.ts";
import { progress, type Bench, type Report } from "./figure.ts";
import { median, quantile } from "./measure.ts";
import { findServer, serverCpuMs } from "./server-cpu.ts";

const entries = 1_000_000;
const pieces = 10;
const looks = 40;
const bytesPerMegabyte = 1_000_000;

export const bench: Bench = {
  async run(report) {
    const { id, owner } = await buildOrganization();
    await reportSealing(report, id);
    await reportVerification(report, id);
    await reportView(report, id, owner);
    await closeConnections();
  },
};

type Timed<Result> = { result: Result; ms: number; nodeMs: number; serverMs: number };

/** How long something takes, and how much CPU: on a machine that does other things as well, CPU says more. */
async function timed<Result>(work: () => Promise<Result>): Promise<Timed<Result>> {
  const server = await findServer(requiredEnv("DATABASE_URL"));
  const [from, before, serverBefore] = [performance.now(), process.cpuUsage(), serverCpuMs(server)];
  const result = await work();
  const used = process.cpuUsage(before);
  return {
    result,
    ms: performance.now() - from,
    nodeMs: (used.user + used.system) / 1_000,
    serverMs: serverCpuMs(server) - serverBefore,
  };
}

async function reportSealing(report: Report, organizationId: string): Promise<void> {
  const rates: number[] = [];
  const cpu = { nodeUs: [] as number[], serverUs: [] as number[] };
  for (let piece = 0; piece < pieces; piece++) {
    progress(`Entries: ${(piece + 1) * (entries / pieces)} of ${entries} …`);
    await fillLog(organizationId, entries / pieces);
    const { result, ms, nodeMs, serverMs } = await timed(() => sealEntries(organizationId));
    rates.push((result.sealed / ms) * 1_000);
    cpu.nodeUs.push((nodeMs / result.sealed) * 1_000);
    cpu.serverUs.push((serverMs / result.sealed) * 1_000);
  }
  const details = {
    slowest: Math.min(...rates),
    fastest: Math.max(...rates),
    nodeUs: median(cpu.nodeUs),
    serverUs: median(cpu.serverUs),
  };
  report({
    name: "audit.seal",
    value: median(rates),
    unit: "rows/s",
    goal: 30_000,
    goalIs: "least",
    n: entries,
    details,
  });
}

async function reportVerification(report: Report, organizationId: string): Promise<void> {
  progress(`Verifying ${entries} entries …`);
  const heaps: number[] = [];
  const { result, ms, nodeMs, serverMs } = await timed(() =>
    verifyAudit(organizationId, {
      onProgress: () => void heaps.push(process.memoryUsage().rss / bytesPerMegabyte),
    }),
  );
  const verdict = result;
  const value = (verdict.entries / ms) * 1_000;
  if (verdict.finding) throw new Error(`the chain is broken: ${JSON.stringify(verdict.finding)}`);
  report({
    name: "audit.verify",
    value,
    unit: "rows/s",
    goal: 150_000,
    goalIs: "least",
    n: verdict.entries,
    details: {
      nodeUs: (nodeMs / verdict.entries) * 1_000,
      serverUs: (serverMs / verdict.entries) * 1_000,
    },
  });
  // The middle of the second tenth against the middle of the last: what grows with the log would show.
  const tenth = Math.floor(heaps.length / 10);
  const early = median(heaps.slice(tenth, 2 * tenth));
  const late = median(heaps.slice(-tenth));
  report({
    name: "audit.verify.memory",
    value: late / early,
    unit: "x",
    goal: 1.25,
    n: verdict.entries,
    details: { earlyMb: early, lateMb: late },
  });
}

async function reportView(report: Report, organizationId: string, owner: TestMember): Promise<void> {
  await keepWords(organizationId);
  const schema = await schemaOf(organizationId);
  // What autovacuum does in its own time.
  for (const table of ["audit_entries", "audit_seals", "audit_words"]) {
    await ownerPool("main").query(`VACUUM (ANALYZE) "${schema}".${table}`);
  }
  const api = createCallerFactory(appRouter)(requestOf(owner, owner.organization.slug)).audit;
  const { actors } = await api.facets();
  const actorId = actors.find((actor) => actor.name.startsWith("Member"))?.id ?? "";
  const targetId = (await api.list({ targetType: "task" })).items[0]?.target.id ?? "";
  const filters = {
    none: {},
    action: { action: "tasks.update" },
    prefix: { action: "tasks." },
    actor: { actorId },
    target: { targetType: "task", targetId },
    address: { ip: "192.0.2.7" },
    day: { from: new Date(Date.now() - 86_400_000), action: "roles.update" },
    words: { search: "member 17" },
    // Words that seldom meet, and actors of whom there are hardly any.
    seldom: { search: "173 roles" },
    kind: { actorKind: "api_key" as const },
  };
  for (const [filter, input] of Object.entries(filters)) {
    const times: number[] = [];
    for (let look = -3; look < looks; look++) {
      const from = performance.now();
      // Another limit each time: an equal look within the minute would not be recorded.
      await api.list({ ...input, limit: 25 + ((look + 3) % 20) });
      if (look >= 0) times.push(performance.now() - from);
    }
    const details = { filter, p50: median(times) };
    report({ name: "audit.view", value: quantile(times, 0.95), unit: "ms", goal: 50, n: looks, details });
  }
}
