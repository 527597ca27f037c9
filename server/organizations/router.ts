import { can } from "../api/can.ts";
import { accountProcedure, router } from "../api/trpc.ts";
import { AppError } from "../platform/errors.ts";
import { leaveOrganization } from "../members/leave.ts";
import { LeaveOrganization } from "../members/schema.ts";
import { getUsage } from "../plans/quota.ts";
import { overview } from "../projects/overview.ts";
import {
  cancelDeletion,
  changeSlug,
  createOrganization,
  describeOrganization,
  getOrganization,
  scheduleDeletion,
  updateOrganization,
} from "./organizations.ts";
import { ChangeSlug, CreateOrganization, NoInput, ScheduleDeletion, UpdateOrganization } from "./schema.ts";

/** For an account with a confirmed address: else anybody could use up the fleet's schemas in others' names. */
const confirmedProcedure = accountProcedure.use(({ ctx, next }) => {
  if (ctx.account.emailConfirmed) return next();
  throw new AppError("FORBIDDEN", "email_not_confirmed", "Confirm your e-mail address first.");
});

/** The account's own way to a new organization. */
export const organizationsRouter = router({
  create: confirmedProcedure
    .input(CreateOrganization)
    .mutation(({ ctx, input }) =>
      createOrganization(
        { accountId: ctx.account.accountId, requestId: ctx.request.id, log: ctx.log },
        input,
      ),
    ),
  leave: accountProcedure.input(LeaveOrganization).mutation(({ ctx, input }) => {
    const { request, clock, log, account } = ctx;
    return leaveOrganization({ accountId: account.accountId, request, clock, log }, input);
  }),
});

/** The organization that the request is in. */
export const organizationRouter = router({
  get: can("organization.read", { rest: false }).query(NoInput, getOrganization),
  describe: can("organization.read", { rest: "GET /" }).query(NoInput, describeOrganization),
  overview: can("organization.read", { rest: "GET /overview" }).query(NoInput, overview),
  usage: can("organization.read", { rest: "GET /usage" }).query(NoInput, getUsage),
  update: can("organization.write", { rest: "PATCH /" }).direct(UpdateOrganization, updateOrganization),
  changeSlug: can("organization.write", { rest: "PUT /slug" }).direct(ChangeSlug, changeSlug),
  scheduleDeletion: can("organization.delete").direct(ScheduleDeletion, scheduleDeletion),
  cancelDeletion: can("organization.delete").direct(NoInput, cancelDeletion),
});
