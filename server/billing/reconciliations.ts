import { v7 as uuid } from "uuid";
import { z } from "zod";
import { platformDb } from "../platform/database.ts";

const findingsMax = 500;
const keptDays = 400;
const dayMs = 86_400_000;

/** What a reconciliation found: how many were not as Stripe has it, or had other seats than were billed. */
export type Report = { looked: number; repaired: number; seats: number; failed: number };

/** Whose what was put right, or could not be looked at. */
const Finding = z.object({ organizationId: z.string(), found: z.enum(["repaired", "seats", "failed"]) });
export type Finding = z.infer<typeof Finding>;

type Run = { began: Date; organizationId: string | null; report: Report; findings: readonly Finding[] };

/** Keeps what a run found, and forgets what others found more than a year ago. */
export async function keepReport({ began: beganAt, organizationId, report, findings }: Run): Promise<void> {
  const db = platformDb();
  const endedAt = new Date();
  const first = findings.slice(0, findingsMax);
  await db.billingReconciliation.create({
    data: { id: uuid(), beganAt, endedAt, organizationId, ...report, findings: first },
    select: { id: true },
  });
  const before = new Date(endedAt.getTime() - keptDays * dayMs);
  await db.billingReconciliation.deleteMany({ where: { beganAt: { lt: before } } });
}

/** The latest runs, the newest first, each with the organizations that it concerned. */
export async function listReports(most: number) {
  const db = platformDb();
  const runs = await db.billingReconciliation.findMany({ orderBy: { beganAt: "desc" }, take: most });
  return runs.map(({ findings, ...run }) => ({ ...run, findings: z.array(Finding).parse(findings) }));
}
