import { platformDb } from "../platform/database.ts";
import type { EndingTrials } from "./schema.ts";

const days = 14;
const rowsMax = 100;

/** Trials that end in the next 14 days, the soonest first, and whether a card is there that can be charged then. */
export async function listEndingTrials(now = new Date()): Promise<EndingTrials> {
  const until = new Date(now.getTime() + days * 86_400_000);
  const where = { status: "trialing", trialEnd: { gte: now, lt: until } };
  const rows = await platformDb().subscription.findMany({
    where,
    orderBy: [{ trialEnd: "asc" }, { organizationId: "asc" }],
    take: rowsMax,
    select: {
      plan: true,
      quantity: true,
      trialEnd: true,
      cancelAt: true,
      cardLast4: true,
      organization: { select: { id: true, slug: true, name: true } },
    },
  });
  return {
    days,
    total: rows.length < rowsMax ? rows.length : await platformDb().subscription.count({ where }),
    items: rows.flatMap(({ cardLast4, cancelAt, quantity, trialEnd, ...row }) =>
      trialEnd
        ? [{ ...row, trialEnd, seats: quantity, card: cardLast4 !== null, leaving: cancelAt !== null }]
        : [],
    ),
  };
}
