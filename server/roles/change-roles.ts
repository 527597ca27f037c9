import { raiseAccess, lockAccess } from "../access/access-version.ts";
import { assertGrantable, checkedPermissions } from "../access/grant.ts";
import type { Permission } from "../access/permissions.ts";
import { audit } from "../audit/audit.ts";
import { emit } from "../events/emit.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { assertFeature } from "../plans/features.ts";
import { AppError, notFound } from "../platform/errors.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { readingOf } from "./look-alikes.ts";
import { countUses } from "./roles.ts";
import type { CloneRole, CreateRole, RoleById, UpdateRole } from "./schema.ts";

const ownRolesMax = 100;
const namedMax = 5;
/** In every role: whoever lacks it is a member and cannot open the organization. */
const always = "organization.read" satisfies Permission;

type RoleRecord = {
  id: string;
  key: string;
  name: string;
  description: string;
  builtIn: boolean;
  permissions: string[];
  version: number;
};

/**
 * Makes a role of the organization; seeing the organization is always in it. Throws AppError unknown_permission, missing_dependency,
 * exceeds_own_permissions, role_name_taken, too_many_roles and feature_missing.
 */
export async function createRole(ctx: WriteCtx, input: CreateRole): Promise<{ id: string; key: string }> {
  await lockAccess(ctx);
  return addRole(ctx, "roles.create", input);
}

/** Makes a role with the permissions of another one. Throws as createRole does, and AppError not_found. */
export async function cloneRole(ctx: WriteCtx, input: CloneRole): Promise<{ id: string; key: string }> {
  await lockAccess(ctx);
  const { description, permissions } = await loadRole(ctx, input.id);
  return addRole(ctx, "roles.clone", { name: input.name, description, permissions });
}

async function addRole(
  ctx: WriteCtx,
  action: "roles.create" | "roles.clone",
  input: CreateRole,
): Promise<{ id: string; key: string }> {
  assertFeature(ctx, "custom_roles");
  const { name, description } = input;
  const permissions = checkedPermissions([...input.permissions, always], "permissions");
  assertGrantable(ctx.actor, permissions, "permissions");
  const others = await assertNameFree(ctx, name);
  if (others.filter((role) => !role.builtIn).length >= ownRolesMax) {
    const message = `An organization can have up to ${ownRolesMax} roles of its own.`;
    throw new AppError("FORBIDDEN", "too_many_roles", message);
  }
  const key = freeKey(
    name,
    others.map((role) => role.key),
  );
  const { id } = await ctx.db.role.create({
    data: { key, name, description, permissions },
    select: { id: true },
  });
  await audit(ctx, {
    action,
    target: { type: "role", id, label: name },
    after: { name, description, permissions },
  });
  await emit(ctx, "role.created", { id, key, name });
  return { id, key };
}

/**
 * Changes a role of the organization; its holders feel it with their next request. Both what it permitted and
 * what it will must be the caller's own, and nobody changes what they themselves may do. A plan without roles of one's
 * own takes permissions away all the same, and adds none. Throws AppError not_found, role_built_in, role_changed when
 * somebody else saved it since it was shown, own_role, and what createRole throws.
 */
export async function updateRole(ctx: WriteCtx, input: UpdateRole): Promise<{ id: string; version: number }> {
  await lockAccess(ctx);
  const before = await loadRole(ctx, input.id);
  assertOwnMaking(before);
  assertSeen(before, input.version);
  const permissions = input.permissions
    ? checkedPermissions([...input.permissions, always], "permissions")
    : before.permissions;
  // Not only what it will permit: who has more than the caller would lose it by the caller's hand.
  assertGrantable(ctx.actor, [...before.permissions, ...permissions], "permissions");
  if (permissions.some((permission) => !before.permissions.includes(permission)))
    assertFeature(ctx, "custom_roles");
  const after = {
    name: input.name ?? before.name,
    description: input.description ?? before.description,
    permissions,
  };
  const repermitted = permissions.toSorted().join() !== before.permissions.toSorted().join();
  if (repermitted && ctx.actor.kind === "member" && ctx.actor.roleKey === before.key) {
    const message = "You have this role yourself: somebody else must change what it permits.";
    throw new AppError("FORBIDDEN", "own_role", message, { field: "permissions" });
  }
  const renamed = after.name !== before.name;
  const { id, key, name, description, version } = before;
  if (!repermitted && !renamed && after.description === description) return { id, version };
  if (renamed) await assertNameFree(ctx, after.name, before.id);
  await ctx.db.role.update({
    where: { id: before.id },
    data: { ...after, version: version + 1, updatedAt: ctx.clock.now() },
    select: { id: true },
  });
  if (renamed || repermitted) await raiseAccess(ctx, { roleKeys: [before.key] });
  if (renamed) await showNewName(ctx, before.id);
  await audit(ctx, {
    action: "roles.update",
    target: { type: "role", id, label: after.name },
    before: { name, description, permissions: before.permissions },
    after,
  });
  await emit(ctx, "role.updated", { id, key, name: after.name });
  return { id, version: version + 1 };
}

/** Of two who edit one role at once the second is told, instead of undoing what the first has saved. */
function assertSeen(role: RoleRecord, version: number | undefined): void {
  if (version === undefined || version === role.version) return;
  const message = "Somebody else has changed this role meanwhile. Look at it again before you save.";
  throw new AppError("CONFLICT", "role_changed", message, { field: "version" });
}

/** The directory shows roles by name: each holder's entry there follows by a job. */
async function showNewName(ctx: WriteCtx, roleId: string): Promise<void> {
  await ctx.db.$executeRaw`
    WITH holders AS (UPDATE members SET version = version + 1
      WHERE role_id = ${roleId}::uuid AND status <> 'removed' RETURNING id)
    SELECT astra.enqueue('directory.sync-member', jsonb_build_object('memberId', id), NULL, ${ctx.request.id})
    FROM holders`;
  ctx.afterCommit(wakeRelay);
}

/**
 * Deletes a role that nobody has any more. Throws AppError not_found, role_built_in, exceeds_own_permissions and
 * role_in_use, which names who has it.
 */
export async function deleteRole(ctx: WriteCtx, { id }: RoleById): Promise<{ id: string }> {
  await lockAccess(ctx);
  const role = await loadRole(ctx, id);
  assertOwnMaking(role);
  assertGrantable(ctx.actor, role.permissions, "id");
  await assertUnused(ctx, role);
  // Who was removed long ago still has a row with it; were they to come back, they would be given a role anew.
  await ctx.db.$executeRaw`
    UPDATE members SET role_id = (SELECT r.id FROM roles r WHERE r.key = 'viewer')
    WHERE role_id = ${id}::uuid AND status = 'removed'`;
  await ctx.db.$executeRaw`
    UPDATE invites SET status = 'expired', closed_at = ${ctx.clock.now()}::timestamptz
    WHERE role_id = ${id}::uuid AND status = 'pending'`;
  await ctx.db.role.delete({ where: { id }, select: { id: true } });
  await raiseAccess(ctx, { roleKeys: [role.key] });
  const { key, name, description, permissions } = role;
  await audit(ctx, {
    action: "roles.delete",
    target: { type: "role", id, label: name },
    before: { name, description, permissions },
  });
  await emit(ctx, "role.deleted", { id, key, name });
  return { id };
}

async function assertUnused(ctx: WriteCtx, role: RoleRecord): Promise<void> {
  const { members, invites } = (await countUses(ctx, role.id)).get(role.id) ?? { members: 0, invites: 0 };
  if (members + invites === 0) return;
  const users = await ctx.db.$queryRaw<{ name: string }[]>`
    (SELECT m.name FROM members m WHERE m.role_id = ${role.id}::uuid AND m.status <> 'removed'
      ORDER BY m.name, m.id LIMIT ${namedMax})
    UNION ALL (SELECT i.email || ' (invited)' FROM invites i
      WHERE i.role_id = ${role.id}::uuid AND i.status = 'pending' AND i.expires_at > ${ctx.clock.now()}::timestamptz
      ORDER BY i.email LIMIT ${namedMax})`;
  const named = ctx.actor.permissions.has("members.read")
    ? users.slice(0, namedMax).map(({ name }) => name)
    : [];
  const rest = members + invites - named.length;
  const list = [...named, ...(rest > 0 ? [named.length > 0 ? `${rest} more` : `${rest}`] : [])].join(", ");
  const message = `This role is in use. Give these another one first: ${list}.`;
  throw new AppError("CONFLICT", "role_in_use", message, { field: "id", names: named });
}

async function loadRole(ctx: WriteCtx, id: string): Promise<RoleRecord> {
  const role = await ctx.db.role.findUnique({
    where: { id },
    select: {
      id: true,
      key: true,
      name: true,
      description: true,
      builtIn: true,
      permissions: true,
      version: true,
    },
  });
  if (!role) throw notFound("role");
  return role;
}

function assertOwnMaking(role: RoleRecord): void {
  if (!role.builtIn) return;
  throw new AppError("FORBIDDEN", "role_built_in", "Built-in roles cannot be changed. Clone it instead.", {
    field: "id",
  });
}

/** Two names that read alike are one. Answers all roles. Throws AppError role_name_taken. */
async function assertNameFree(
  ctx: WriteCtx,
  name: string,
  except?: string,
): Promise<{ key: string; builtIn: boolean }[]> {
  const roles = await ctx.db.role.findMany({ select: { id: true, key: true, name: true, builtIn: true } });
  if (roles.some((role) => role.id !== except && readingOf(role.name) === readingOf(name))) {
    throw new AppError("CONFLICT", "role_name_taken", "There is a role of this name already.", {
      field: "name",
    });
  }
  return roles;
}

/** A key of the name's letters that no role has; filters and addresses show it. */
function freeKey(name: string, taken: readonly string[]): string {
  const words = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  const base = words || "role";
  for (let number = 1; ; number++) {
    const key = number === 1 ? base : `${base}-${number}`;
    if (!taken.includes(key)) return key;
  }
}
