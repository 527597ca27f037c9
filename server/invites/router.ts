import { can } from "../api/can.ts";
import { accountProcedure, publicProcedure, router } from "../api/trpc.ts";
import { acceptInvite, inspectInvite, joinByInvite } from "./accept.ts";
import { resendInvite, revokeInvite, updateInvite } from "./change-invites.ts";
import { createInvites } from "./create-invites.ts";
import { listInvites } from "./list.ts";
import { CreateInvites, InviteById, InviteLink, JoinByInvite, ListInvites, UpdateInvite } from "./schema.ts";

export const invitesRouter = router({
  list: can("members.read", { rest: "GET /invites" }).query(ListInvites, listInvites),
  create: can("members.write").mutation(CreateInvites, createInvites),
  resend: can("members.write").mutation(InviteById, resendInvite),
  revoke: can("members.write").mutation(InviteById, revokeInvite),
  update: can("members.write").mutation(UpdateInvite, updateInvite),
  inspect: publicProcedure
    .input(InviteLink)
    .query(async ({ ctx, input }) => inspectInvite(input, ctx, await ctx.session())),
  accept: accountProcedure
    .input(InviteLink)
    .mutation(({ ctx, input }) => acceptInvite(input, ctx, ctx.account)),
  join: publicProcedure.input(JoinByInvite).mutation(({ ctx, input }) => joinByInvite(input, ctx)),
});
