// A log of a million entries: sealed, verified and looked at.
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { sealEntries } from "../audit/seal.ts";
import { verifyAudit } from "../audit/verify.ts";
import { keepWords } from "../audit/words.ts";
import { ownerPool } from "../fleet/owner.ts";
import { schemaOf } from "../test/entered.ts";
import { buildOrganization, closeConnections, requestOf, type TestMember } from "../test/factories.ts";
import { fillLog } from "../test/logs.ts";
import { progress, type Bench, type Report } from "./figure.ts";
import { median, quantile } from "./measure.ts";

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

async function reportSealing(report: Report, organizationId: string): Promise<void> {
  const rates: number[] = [];
  for (let piece = 0; piece < pieces; piece++) {
    progress(`Entries: ${(piece + 1) * (entries / pieces)} of ${entries} …`);
    await fillLog(organizationId, entries / pieces);
    const from = performance.now();
    const { sealed } = await sealEntries(organizationId);
    rates.push((sealed / (performance.now() - from)) * 1_000);
  }
  const details = { slowest: Math.min(...rates), fastest: Math.max(...rates) };
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
  const from = performance.now();
  const verdict = await verifyAudit(organizationId, {
    onProgress: () => void heaps.push(process.memoryUsage().rss / bytesPerMegabyte),
  });
  const value = (verdict.entries / (performance.now() - from)) * 1_000;
  if (verdict.finding) throw new Error(`the chain is broken: ${JSON.stringify(verdict.finding)}`);
  report({ name: "audit.verify", value, unit: "rows/s", goal: 150_000, goalIs: "least", n: verdict.entries });
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
