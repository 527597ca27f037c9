import { can } from "../api/can.ts";
import { router } from "../api/trpc.ts";
import { getMemberAccess } from "./access.ts";
import { listMembers } from "./members.ts";
import {
  changeMemberRole,
  reactivateMember,
  removeMember,
  suspendMember,
  transferOwnership,
} from "./membership.ts";
import { ChangeRole, ListMembers, MemberById } from "./schema.ts";

export const membersRouter = router({
  list: can("members.read", { recorded: true, rest: "GET /members" }).query(ListMembers, listMembers),
  access: can("members.read", { rest: "GET /members/{id}/access" }).query(MemberById, getMemberAccess),
  changeRole: can("members.write").direct(ChangeRole, changeMemberRole),
  suspend: can("members.write").direct(MemberById, suspendMember),
  reactivate: can("members.write").direct(MemberById, reactivateMember),
  remove: can("members.delete").direct(MemberById, removeMember),
  transferOwnership: can("organization.manage").direct(MemberById, transferOwnership),
});
