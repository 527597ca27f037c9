import { currency, priceKeys, sales } from "../billing/catalogue.ts";
import { planOf } from "../plans/catalogue.ts";
import { platformDb } from "../platform/database.ts";
import { countOpenEvents } from "./stripe-events.ts";
import type { BillingReport, PaymentFailures, PlanRevenue, Sum } from "./schema.ts";

const failureDays = 30;

type Row = { price: string | null; kind: Kind; subscriptions: number; seats: number; ending: number };
type Kind = "live" | "trial" | "pastDue" | "paused" | "unknown";

/**
 * What is sold at this moment: the revenue of a month by plan at the catalogue's prices, what organizations are on,
 * and how many payments fail. Counted in what the last looks at Stripe have left here; Stripe is not asked.
 */
export async function getBillingReport(now = new Date()): Promise<BillingReport> {
  const [rows, organizations, failures, openEvents, reconciled] = await Promise.all([
    subscriptionRows(now),
    organizationRows(),
    paymentFailures(now),
    countOpenEvents(),
    lastReconciliation(),
  ]);
  const of = (kind: Kind) => rows.filter((row) => row.kind === kind);
  const plans = sales.map(({ plan }): PlanRevenue => {
    const mine = (kind: Kind) => sumOf(of(kind).filter(({ price }) => saleOf(price)?.plan === plan));
    return { plan, name: planName(plan), live: mine("live"), trial: mine("trial"), pastDue: mine("pastDue") };
  });
  const count = (kind: Kind) => of(kind).reduce((sum, row) => sum + row.subscriptions, 0);
  const [live, missing] = [count("live"), count("pastDue")];
  return {
    at: now,
    currency,
    plans,
    total: { live: sumOf(of("live")), trial: sumOf(of("trial")), pastDue: sumOf(of("pastDue")) },
    ending: of("live").reduce((sum, row) => sum + row.ending, 0),
    paused: count("paused"),
    unknown: count("unknown"),
    unpriced: rows.filter(({ price }) => !saleOf(price)).reduce((sum, row) => sum + row.subscriptions, 0),
    organizations,
    failures: { ...failures, missing, paying: live + missing },
    openEvents,
    reconciled,
  };
}

/** What runs, by price and by what it is worth. What Stripe has ended by now, heard of or not, is not among it. */
function subscriptionRows(now: Date): Promise<Row[]> {
  return platformDb().$queryRaw<Row[]>`
    SELECT s.price_lookup_key AS price, k.kind, count(*)::int AS subscriptions, sum(s.quantity)::int AS seats,
      (count(*) FILTER (WHERE s.cancel_at IS NOT NULL))::int AS ending
    FROM subscriptions s CROSS JOIN LATERAL (SELECT CASE
      WHEN s.collection_paused OR s.status = 'paused' THEN 'paused'
      WHEN s.status = 'active' THEN 'live'
      WHEN s.status = 'trialing' THEN 'trial'
      WHEN s.status IN ('past_due', 'unpaid') THEN 'pastDue'
      ELSE 'unknown' END AS kind) k
    WHERE s.status NOT IN ('canceled', 'incomplete', 'incomplete_expired')
      AND (s.cancel_at IS NULL OR s.cancel_at > ${now}::timestamptz)
    GROUP BY s.price_lookup_key, k.kind`;
}

/** How many organizations are on each plan, and in what state their subscription is; "none" without one. */
function organizationRows(): Promise<BillingReport["organizations"]> {
  return platformDb().$queryRaw<BillingReport["organizations"]>`
    SELECT o.plan, coalesce(s.status, 'none') AS status, count(*)::int AS count
    FROM organizations o LEFT JOIN subscriptions s ON s.organization_id = o.id
    WHERE o.discarded_at IS NULL GROUP BY 1, 2 ORDER BY count DESC, 1, 2`;
}

/** Of the invoices of the last 30 days that asked for money and were tried, those that were refused at least once. */
async function paymentFailures(now: Date): Promise<Omit<PaymentFailures, "missing" | "paying">> {
  const from = new Date(now.getTime() - failureDays * 86_400_000);
  const [row] = await platformDb().$queryRaw<{ tried: number; failed: number; recovered: number }[]>`
    SELECT count(*)::int AS tried, (count(*) FILTER (WHERE failed))::int AS failed,
      (count(*) FILTER (WHERE failed AND status = 'paid'))::int AS recovered
    FROM billing_invoices WHERE created_at >= ${from}::timestamptz AND due > 0 AND (attempts > 0 OR status = 'paid')`;
  return { days: failureDays, ...(row ?? { tried: 0, failed: 0, recovered: 0 }) };
}

async function lastReconciliation(): Promise<BillingReport["reconciled"]> {
  const found = await platformDb().billingReconciliation.findFirst({
    where: { organizationId: null },
    orderBy: { beganAt: "desc" },
    select: { endedAt: true, looked: true, repaired: true, seats: true, failed: true },
  });
  if (!found) return null;
  const { endedAt: at, ...counts } = found;
  return { at, ...counts };
}

/** Seats times price, by the month. Years are added up whole first, so that one twelfth is rounded and not each. */
function sumOf(rows: readonly Row[]): Sum {
  let twelfths = 0;
  const sum = { subscriptions: 0, seats: 0 };
  for (const { price, subscriptions, seats } of rows) {
    sum.subscriptions += subscriptions;
    sum.seats += seats;
    const sale = saleOf(price);
    if (sale) twelfths += seats * sale.perYear;
  }
  return { ...sum, monthly: Math.round(twelfths / 12) };
}

/** The plan of a price, and what a seat of it brings in a year. */
function saleOf(lookupKey: string | null): { plan: string; perYear: number } | null {
  const key = priceKeys().find((one) => one.lookupKey === lookupKey);
  const prices = sales.find(({ plan }) => plan === key?.plan)?.prices;
  if (!key || !prices) return null;
  return { plan: key.plan, perYear: key.interval === "year" ? prices.year : prices.month * 12 };
}

/** A plan's name as people know it. */
export function planName(plan: string | null): string {
  return plan === null ? "No plan of ours" : planOf(plan).name;
}
