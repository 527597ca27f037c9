import { can } from "../api/can.ts";
import { router } from "../api/trpc.ts";
import { UsageOf, UsageSeries } from "./schema.ts";
import { getMonthUsage, getUsageSeries } from "./usage.ts";

export const usageRouter = router({
  month: can("billing.read", { rest: "GET /billing/usage" }).query(UsageOf, getMonthUsage),
  series: can("billing.read", { rest: "GET /billing/usage/series" }).query(UsageSeries, getUsageSeries),
});
