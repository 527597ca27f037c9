import { missingFrom } from "../access/grant.ts";
import { ownerRoleKey, type Permission } from "../access/permissions.ts";
import { AppError } from "../platform/errors.ts";
import type { Reason } from "../platform/reasons.ts";
import type { Actor } from "../tenancy/context.ts";
import type { MemberAct, MemberStatus } from "./schema.ts";

/** What the rules ask of a member that is acted upon. */
export type ActedUpon = {
  id: string;
  status: MemberStatus;
  roleKey: string;
  rolePermissions: readonly string[];
};

const needed: Record<Exclude<MemberAct, "leave">, Permission> = {
  changeRole: "members.write",
  suspend: "members.write",
  reactivate: "members.write",
  remove: "members.delete",
  transferOwnership: "organization.manage",
};

const ownRow: Record<Exclude<MemberAct, "leave">, string> = {
  changeRole: "You cannot change your own role. Ask somebody else who may.",
  suspend: "You cannot suspend yourself.",
  reactivate: "You are active.",
  remove: "You cannot remove yourself. Leave instead.",
  transferOwnership: "You have the organization already.",
};

/**
 * Why somebody may not do this to a member, or null. The list shows by it what the verbs refuse by it. It asks
 * nothing of the database: who remains as an owner is looked at once the change is made.
 */
export function refusalOfAct(actor: Actor, target: ActedUpon, act: MemberAct): AppError | null {
  const own = actor.kind === "member" && actor.memberId === target.id;
  if (act === "leave") {
    return own ? null : refuse("not_own_membership", "Only they themselves can leave.");
  }
  const permission = needed[act];
  // The verb's guard has asked already; for the list it is one more reason.
  if (!actor.permissions.has(permission)) {
    return new AppError("FORBIDDEN", "missing_permission", "Your role does not permit this.", {
      field: permission,
    });
  }
  if (own) return refuse("own_membership", ownRow[act]);
  const missing = missingFrom(actor.permissions, target.rolePermissions);
  if (missing.length > 0) {
    const message = `This member may do what you may not: ${missing.join(", ")}.`;
    return new AppError("FORBIDDEN", "outranked", message, { field: "id", names: missing });
  }
  return refusalOfState(target, act);
}

function refusalOfState(target: ActedUpon, act: MemberAct): AppError | null {
  const suspended = target.status === "suspended";
  if (act === "suspend" && suspended)
    return conflict("already_suspended", "This member is suspended already.");
  if (act === "reactivate" && !suspended) return conflict("already_active", "This member is active.");
  if (act === "transferOwnership" && suspended) {
    return conflict("member_suspended", "Reactivate this member first: an owner must be active.");
  }
  if (act === "transferOwnership" && target.roleKey === ownerRoleKey) {
    return conflict("already_owner", "This member is an owner already.");
  }
  return null;
}

/** What everybody is told who would leave an organization without an owner. */
export function lastOwner(): AppError {
  const message = "An organization needs an active owner. Make somebody else an owner first.";
  return new AppError("CONFLICT", "last_owner", message, { field: "id" });
}

function refuse(reason: Reason, message: string): AppError {
  return new AppError("FORBIDDEN", reason, message, { field: "id" });
}

function conflict(reason: Reason, message: string): AppError {
  return new AppError("CONFLICT", reason, message, { field: "id" });
}
