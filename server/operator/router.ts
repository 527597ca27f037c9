import { accountProcedure, router } from "../api/trpc.ts";
import { NoInput } from "../organizations/schema.ts";
import { AppError } from "../platform/errors.ts";
import { fleetOverview, isOperator } from "./operator.ts";

/** A procedure for staff. It tells a stranger no more than that there is nothing. */
const operatorProcedure = accountProcedure.meta({ guard: "operator" }).use(async ({ ctx, next }) => {
  if (!(await isOperator(ctx.account.accountId))) {
    throw new AppError("FORBIDDEN", "operators_only", "Only operators can see this.");
  }
  return next();
});

export const operatorRouter = router({
  overview: operatorProcedure.input(NoInput).query(() => fleetOverview()),
});
