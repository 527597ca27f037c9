import { can } from "../api/can.ts";
import { router } from "../api/trpc.ts";
import { getMemberAccess } from "./access.ts";
import { listMembers } from "./members.ts";
import { ListMembers, MemberById } from "./schema.ts";

export const membersRouter = router({
  list: can("members.read", { recorded: true }).query(ListMembers, listMembers),
  access: can("members.read").query(MemberById, getMemberAccess),
});
