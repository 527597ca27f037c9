import { accountProcedure, router } from "../api/trpc.ts";
import { NoInput } from "../organizations/schema.ts";
import { AppError } from "../platform/errors.ts";
import { fleetCounts } from "../webhooks/fleet-counts.ts";
import { getBillingReport } from "./billing-report.ts";
import { countDeadJobs, discardDeadJobs, getDeadJob, listDeadJobs, replayDeadJobs } from "./dead-jobs.ts";
import { getPaidReport } from "./fees.ts";
import { fleetOverview, isOperator } from "./operator.ts";
import {
  DeadJobId,
  DiscardDeadJobs,
  ListDeadJobs,
  ListStripeEvents,
  PaidMonth,
  ReplayDeadJobs,
  ReplayStripeEvents,
  StripeEventId,
} from "./schema.ts";
import { getStripeEvent, listStripeEvents, replayStripeEvents } from "./stripe-events.ts";
import { listEndingTrials } from "./trials.ts";

/** A procedure for staff. It tells a stranger no more than that there is nothing. */
const operatorProcedure = accountProcedure.meta({ guard: "operator" }).use(async ({ ctx, next }) => {
  const { accountId, emailConfirmed } = ctx.account;
  if (!emailConfirmed || !(await isOperator(accountId))) {
    throw new AppError("FORBIDDEN", "operators_only", "Only operators can see this.");
  }
  return next({ ctx: { ...ctx, act: { accountId, request: ctx.request } } });
});

const jobsRouter = router({
  dead: operatorProcedure.input(ListDeadJobs).query(({ input }) => listDeadJobs(input)),
  deadCounts: operatorProcedure.input(NoInput).query(() => countDeadJobs()),
  get: operatorProcedure.input(DeadJobId).query(({ input }) => getDeadJob(input)),
  replay: operatorProcedure
    .input(ReplayDeadJobs)
    .mutation(({ ctx, input }) => replayDeadJobs(ctx.act, input)),
  discard: operatorProcedure
    .input(DiscardDeadJobs)
    .mutation(({ ctx, input }) => discardDeadJobs(ctx.act, input)),
});

const stripeEventsRouter = router({
  get: operatorProcedure.input(StripeEventId).query(({ input }) => getStripeEvent(input)),
  open: operatorProcedure.input(ListStripeEvents).query(({ input }) => listStripeEvents(input)),
  replay: operatorProcedure
    .input(ReplayStripeEvents)
    .mutation(({ ctx, input }) => replayStripeEvents(ctx.act, input)),
});

const billingRouter = router({
  report: operatorProcedure.input(NoInput).query(() => getBillingReport()),
  paid: operatorProcedure.input(PaidMonth).query(({ input }) => getPaidReport(input)),
  trials: operatorProcedure.input(NoInput).query(() => listEndingTrials()),
});

export const operatorRouter = router({
  overview: operatorProcedure.input(NoInput).query(() => fleetOverview()),
  webhooks: operatorProcedure.input(NoInput).query(() => fleetCounts()),
  jobs: jobsRouter,
  billing: billingRouter,
  stripeEvents: stripeEventsRouter,
});
