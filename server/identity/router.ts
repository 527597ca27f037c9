import { z } from "zod";
import { accountProcedure, router } from "../api/trpc.ts";
import { getMe, updateProfile } from "./profile.ts";
import { UpdateProfile } from "./schema.ts";

/** What an account may ask for itself, in no organization. */
export const sessionRouter = router({
  me: accountProcedure.input(z.strictObject({}).optional()).query(({ ctx }) => getMe(ctx.account)),
  updateProfile: accountProcedure
    .input(UpdateProfile)
    .mutation(({ ctx, input }) =>
      updateProfile({ accountId: ctx.account.accountId, requestId: ctx.request.id }, input),
    ),
});
