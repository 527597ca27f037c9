import { z } from "zod";
import { accountProcedure, router } from "../api/trpc.ts";
import { endOtherSessions, endOwnSession, listOwnSessions } from "./account-sessions.ts";
import { askEmailChange } from "./change-email.ts";
import { changePassword } from "./change-password.ts";
import { deleteAccount } from "./delete-account.ts";
import { getMe, updateProfile } from "./profile.ts";
import { ChangeEmail, ChangePassword, DeleteAccount, SessionId, UpdateProfile } from "./schema.ts";

const NoInput = z.strictObject({}).optional();

/** What an account may ask for itself, in no organization. */
export const sessionRouter = router({
  me: accountProcedure.input(NoInput).query(({ ctx }) => getMe(ctx.account)),
  updateProfile: accountProcedure
    .input(UpdateProfile)
    .mutation(({ ctx, input }) =>
      updateProfile({ accountId: ctx.account.accountId, requestId: ctx.request.id }, input),
    ),
  changePassword: accountProcedure
    .input(ChangePassword)
    .mutation(({ ctx, input }) => changePassword(ctx.account, input, ctx)),
  changeEmail: accountProcedure
    .input(ChangeEmail)
    .mutation(({ ctx, input }) => askEmailChange(ctx.account, input, ctx)),
  deleteAccount: accountProcedure
    .input(DeleteAccount)
    .mutation(({ ctx, input }) => deleteAccount(ctx.account, input, ctx)),
  list: accountProcedure.input(NoInput).query(({ ctx }) => listOwnSessions(ctx.account, ctx)),
  revoke: accountProcedure
    .input(SessionId)
    .mutation(({ ctx, input }) => endOwnSession(ctx.account, input, ctx)),
  revokeOthers: accountProcedure.input(NoInput).mutation(({ ctx }) => endOtherSessions(ctx.account, ctx)),
});
