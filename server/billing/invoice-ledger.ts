import type { Stripe } from "stripe";
import { platformDb, type PlatformTx } from "../platform/database.ts";
import { log } from "../platform/log.ts";
import { sales, productOf } from "./catalogue.ts";
import { stripeClient } from "./stripe.ts";

const pageRows = 100;
const pagesMax = 20;

/** What counts of an invoice of Stripe, in our words. Amounts are in the currency's smallest unit. */
export type SeenInvoice = {
  id: string;
  plan: string | null;
  status: string;
  currency: string;
  due: number;
  paid: number;
  attempts: number;
  failed: boolean;
  createdAt: Date;
  paidAt: Date | null;
};

/**
 * A customer's invoices as Stripe has them now, from the oldest on that the ledger does not know the end of. Throws what
 * Stripe's client throws.
 */
export async function invoicesOf(customer: string, organizationId: string): Promise<SeenInvoice[]> {
  const from = await openSince(organizationId);
  const seen: SeenInvoice[] = [];
  const asked = {
    customer,
    limit: pageRows,
    ...(from ? { created: { gte: Math.floor(from.getTime() / 1_000) } } : {}),
  };
  for (let pages = 0, after: string | undefined; pages < pagesMax; pages++) {
    const { data, has_more: more } = await stripeClient().invoices.list({
      ...asked,
      ...(after === undefined ? {} : { starting_after: after }),
    });
    seen.push(...data.map(seenInvoice));
    after = data.at(-1)?.id;
    if (!more || after === undefined) return seen;
  }
  log("billing").error({ organization: organizationId, noted: seen.length }, "not every invoice is noted");
  return seen;
}

/** From when on an invoice may be another one than the ledger says; null where it says nothing yet. */
async function openSince(organizationId: string): Promise<Date | null> {
  const rows = await platformDb().$queryRaw<{ since: Date | null }[]>`
    SELECT coalesce(min(created_at) FILTER (WHERE status NOT IN ('paid', 'void')), max(created_at)) AS since
    FROM billing_invoices WHERE organization_id = ${organizationId}::uuid`;
  return rows[0]?.since ?? null;
}

function seenInvoice(invoice: Stripe.Invoice): SeenInvoice {
  const { id, status, currency, attempted, attempt_count: attempts } = invoice;
  const paidAt = invoice.status_transitions.paid_at;
  // An attempt that is no success is a failure; of those before a success the count tells.
  const failed = attempts > 1 || (attempted && (status === "open" || status === "uncollectible"));
  return {
    id,
    plan: planOfInvoice(invoice),
    status: status ?? "unknown",
    currency,
    due: invoice.amount_due,
    paid: status === "paid" ? invoice.amount_paid : 0,
    attempts,
    failed: failed && invoice.amount_due > 0,
    createdAt: new Date(invoice.created * 1_000),
    paidAt: status === "paid" && paidAt !== null ? new Date(paidAt * 1_000) : null,
  };
}

/** The plan that the most of an invoice is for: after a change of plans the new one, whose line is no credit. */
function planOfInvoice({ lines }: Stripe.Invoice): string | null {
  const dearest = lines.data.toSorted((a, b) => b.amount - a.amount);
  for (const { pricing } of dearest) {
    const product = pricing?.price_details?.product;
    const sale = sales.find(({ plan }) => productOf(plan) === product);
    if (sale) return sale.plan;
  }
  return null;
}

/** Notes invoices as they were seen, in the transaction of the look. A failure that was seen once stays noted. */
export async function keepInvoices(
  tx: PlatformTx,
  organizationId: string,
  seen: readonly SeenInvoice[],
): Promise<void> {
  // A draft that is gone was thrown away, and never asked anybody for money.
  await tx.$executeRaw`DELETE FROM billing_invoices WHERE organization_id = ${organizationId}::uuid
    AND status = 'draft' AND id <> ALL(${seen.map(({ id }) => id)}::text[])`;
  if (seen.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO billing_invoices AS known
      (id, organization_id, plan, status, currency, due, paid, attempts, failed, created_at, paid_at)
    SELECT s.id, ${organizationId}::uuid, s.plan, s.status, s.currency, s.due, s.paid, s.attempts, s.failed,
      s."createdAt", s."paidAt"
    FROM jsonb_to_recordset(${JSON.stringify(seen)}::jsonb) AS s (id text, plan text, status text, currency text,
      due bigint, paid bigint, attempts int, failed boolean, "createdAt" timestamptz, "paidAt" timestamptz)
    ON CONFLICT (id) DO UPDATE SET plan = excluded.plan, status = excluded.status, due = excluded.due,
      paid = excluded.paid, attempts = excluded.attempts, failed = known.failed OR excluded.failed,
      paid_at = excluded.paid_at
    WHERE (known.plan, known.status, known.due, known.paid, known.attempts, known.failed, known.paid_at)
      IS DISTINCT FROM (excluded.plan, excluded.status, excluded.due, excluded.paid, excluded.attempts,
        known.failed OR excluded.failed, excluded.paid_at)`;
}
