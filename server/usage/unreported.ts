import type { ReadCtx } from "../tenancy/context.ts";

const hoursMax = 1_000;

type Unreported = { meter: string; hour: Date; quantity: string; state: string; error: string | null };

/** Hours that Stripe was not told of: those that wait, and those that failed for good, the oldest first. */
export async function listUnreported(ctx: ReadCtx): Promise<Unreported[]> {
  const rows = await ctx.db.usageHour.findMany({
    where: { state: { in: ["waiting", "failed"] } },
    orderBy: [{ hour: "asc" }, { meter: "asc" }],
    take: hoursMax,
    select: { meter: true, hour: true, quantity: true, state: true, error: true },
  });
  return rows.map((row) => ({ ...row, quantity: String(row.quantity) }));
}
