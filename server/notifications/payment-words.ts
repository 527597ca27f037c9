import { z } from "zod";
import { smallestUnits } from "../billing/fee.ts";
import { longDay } from "./words.ts";

const when = z.iso.datetime();
const label = z.string().max(200);

export const PaymentFailed = z.object({
  readOnlyAt: when.nullable(),
  /** The rest is missing in what an older version wrote. What the organization may do now. */
  allows: z.enum(["full", "grace", "read_only", "ended"]).optional(),
  /** In the currency's smallest unit. */
  amount: z.int().min(0).optional(),
  currency: z
    .string()
    .regex(/^[a-z]{3}$/)
    .optional(),
  invoice: label.nullish(),
  plan: label.optional(),
  card: label.nullish(),
  nextTryAt: when.nullish(),
});
type PaymentFailed = z.infer<typeof PaymentFailed>;

export const TrialEnding = z.object({ plan: label, endsAt: when, card: label.nullable() });

/** What failed, when it is tried again, and until when what works. */
export function sayFailure(data: PaymentFailed): string {
  const { amount, currency, plan, invoice, card, nextTryAt } = data;
  if (amount === undefined || currency === undefined) return `${consequence(data)} Pay under Billing.`;
  const from = card ? ` from ${card}` : "";
  const bill = invoice ? ` (invoice ${invoice})` : "";
  const again = nextTryAt
    ? `It is tried again on ${longDay(nextTryAt)}.`
    : "It is not tried again by itself.";
  const what = `${money(amount, currency)} for ${plan ?? "your plan"}${bill} could not be taken${from}.`;
  return `${what} ${again} ${consequence(data)} Pay it under Billing, or give another card there.`;
}

function consequence({ allows, readOnlyAt }: PaymentFailed): string {
  if (allows === "ended") return "The subscription has ended with it; the organization is on the Free plan.";
  if (allows === "full") return "Everything goes on as before.";
  const rest = readOnlyAt
    ? `; from ${longDay(readOnlyAt)} nothing can be changed either.`
    : ", and nothing can be changed.";
  return `Nothing can be added until it is made${rest}`;
}

/** When a trial ends, and what comes then. */
export function sayTrialEnd({ plan, endsAt, card }: z.infer<typeof TrialEnding>): string {
  const end = `The trial of ${plan} ends on ${longDay(endsAt)}.`;
  return card
    ? `${end} From then on it is paid for with ${card}. You can cancel before under Billing.`
    : `${end} There is no card to pay with: without one the organization goes back to the Free plan. Give one under Billing.`;
}

/** "$12.34" from an amount in the currency's smallest unit. */
function money(amount: number, currency: string): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.format(amount / smallestUnits(currency.toLowerCase()));
}
