import { z } from "zod";

export const NoInput = z.void();

/** A plan that is sold, and how often it is paid for. */
export const ChosenPlan = z.strictObject({
  plan: z.enum(["pro", "business", "enterprise"]),
  interval: z.enum(["month", "year"]),
});
export type ChosenPlan = z.infer<typeof ChosenPlan>;
export type SoldPlan = ChosenPlan["plan"];

export const ConfirmCheckout = z.strictObject({
  sessionId: z.string().regex(/^cs_\w{1,250}$/, "This is no checkout."),
});
export type ConfirmCheckout = z.infer<typeof ConfirmCheckout>;

/** What was shown: the same amount is charged, or nothing. */
export const ChangePlan = ChosenPlan.extend({
  /** The moment that the preview counted from, in seconds. */
  prorationDate: z.int().min(0).max(10_000_000_000),
  /** In the currency's smallest unit. */
  amount: z.int().min(0).max(1_000_000_000),
});
export type ChangePlan = z.infer<typeof ChangePlan>;

export const ListInvoices = z
  .strictObject({
    /** The last invoice of the page before. */
    cursor: z
      .string()
      .regex(/^in_\w{1,250}$/, "This is no invoice.")
      .optional(),
  })
  .prefault({});
export type ListInvoices = z.infer<typeof ListInvoices>;
