import { z } from "zod";
import { event } from "./define.ts";

export const billingEvents = {
  "subscription.updated": event({
    description: "What the organization has bought is different: its plan, its seats, or whether it is paid.",
    data: z.strictObject({
      plan: z.string().describe("The plan that holds now."),
      previousPlan: z
        .string()
        .describe("The plan that held before; the same when something else has changed."),
      status: z
        .string()
        .describe("The subscription's state, in Stripe's words: active, trialing, past_due, canceled …"),
      seats: z.int().min(0).describe("How many seats are paid for."),
    }),
    example: { plan: "pro", previousPlan: "free", status: "active", seats: 12 },
  }),
} as const;
