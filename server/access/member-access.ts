import { z } from "zod";
import { AppError } from "../platform/errors.ts";
import { SharedCache } from "../platform/shared-cache.ts";
import { tenancy } from "../tenancy/kernel.ts";

/** A member's standing in one organization, as read at one access version. */
export type MemberAccess = {
  memberId: string;
  name: string;
  roleKey: string;
  roleName: string;
  permissions: ReadonlySet<string>;
  /** Which life of the tenant the version counts in: one that was restored from a copy counts anew. */
  epoch: number;
  accessVersion: number;
  /** The organization wants every read in its log. */
  recordReads: boolean;
};

type Standing = Omit<MemberAccess, "permissions">;
type RolePermissions = Pick<MemberAccess, "epoch" | "accessVersion" | "permissions">;

const ttlSeconds = 300;
const entriesMax = 20_000;

const Standing = z.object({
  memberId: z.string(),
  name: z.string(),
  roleKey: z.string(),
  roleName: z.string(),
  epoch: z.number(),
  accessVersion: z.number(),
  recordReads: z.boolean(),
});
const RoleText = z.object({
  epoch: z.number(),
  accessVersion: z.number(),
  permissions: z.array(z.string()),
});

const standings = new SharedCache<Standing>({
  name: "member",
  ttlSeconds,
  entriesMax,
  write: (standing) => JSON.stringify(standing),
  read: (text) => parsed(Standing, text),
});

const roles = new SharedCache<RolePermissions>({
  name: "perms",
  ttlSeconds,
  entriesMax,
  write: ({ permissions, ...moment }) => JSON.stringify({ ...moment, permissions: [...permissions] }),
  read: (text) => {
    const found = parsed(RoleText, text);
    return found && { ...found, permissions: new Set(found.permissions) };
  },
});

function parsed<Value>(schema: z.ZodType<Value>, text: string): Value | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const memberKey = (organizationId: string, accountId: string) =>
  `tenant:${organizationId}:member:${accountId}`;
const roleKeyOf = (organizationId: string, roleKey: string) => `tenant:${organizationId}:perms:${roleKey}`;

/**
 * An account's role and permissions in an organization: from this process, from Redis, or with `fresh` and
 * when neither has it from the database. A cached answer does no harm when it is old: every transaction holds
 * the version it was read at against the guard row, and a stale one is refused there. Throws AppError no_access.
 */
export async function memberAccess(
  organizationId: string,
  accountId: string,
  { fresh = false }: { fresh?: boolean } = {},
): Promise<MemberAccess> {
  const remembered = fresh ? undefined : await rememberedAccess(organizationId, accountId);
  if (remembered) return remembered;
  const access = await readAccess(organizationId, accountId);
  const { permissions, ...standing } = access;
  const { epoch, accessVersion } = access;
  // Not waited for: whoever comes before it is there reads the database as well.
  void standings.put(memberKey(organizationId, accountId), standing);
  void roles.put(roleKeyOf(organizationId, access.roleKey), { epoch, accessVersion, permissions });
  return access;
}

async function rememberedAccess(
  organizationId: string,
  accountId: string,
): Promise<MemberAccess | undefined> {
  const key = memberKey(organizationId, accountId);
  const standing = standings.own(key) ?? (await standings.shared(key));
  if (!standing || standing.epoch !== (await tenancy().epochOf(organizationId))) return undefined;
  const permsKey = roleKeyOf(organizationId, standing.roleKey);
  let role = roles.own(permsKey);
  if (!isOfMoment(role, standing)) role = await roles.shared(permsKey);
  // Both halves must be of one moment: else the role is another than the member was given.
  return isOfMoment(role, standing) ? { ...standing, permissions: role.permissions } : undefined;
}

function isOfMoment(role: RolePermissions | undefined, standing: Standing): role is RolePermissions {
  return role?.accessVersion === standing.accessVersion && role.epoch === standing.epoch;
}

/** Drops one member's cached standing everywhere but in the memory of other processes, where the guard refuses it. */
export function dropMember(organizationId: string, accountId: string): Promise<void> {
  return standings.drop(memberKey(organizationId, accountId));
}

/** Drops one role's cached permissions, under the same rule. */
export function dropRole(organizationId: string, roleKey: string): Promise<void> {
  return roles.drop(roleKeyOf(organizationId, roleKey));
}

type AccessRow = {
  epoch: number;
  version: number;
  recordReads: boolean | null;
  memberId: string;
  name: string;
  status: string | null;
  roleKey: string;
  roleName: string;
  permissions: string[];
};

async function readAccess(organizationId: string, accountId: string): Promise<MemberAccess> {
  // One statement: the version and what it is the version of are of one moment.
  const [row] = await tenancy().withTenant(
    organizationId,
    { readOnly: true },
    (db) => db.$queryRaw<AccessRow[]>`
      SELECT g.epoch, g.access_version AS version, s.record_reads AS "recordReads", m.id AS "memberId", m.name, m.status,
        r.key AS "roleKey", r.name AS "roleName", r.permissions
      FROM tenant_guard g LEFT JOIN audit_settings s ON true
      LEFT JOIN members m ON m.account_id = ${accountId}::uuid LEFT JOIN roles r ON r.id = m.role_id`,
  );
  if (row?.status !== "active") {
    await dropMember(organizationId, accountId);
    throw noAccess();
  }
  const { memberId, name, roleKey, roleName, epoch, version, recordReads } = row;
  return {
    memberId,
    name,
    roleKey,
    roleName,
    permissions: new Set(row.permissions),
    epoch,
    accessVersion: version,
    recordReads: recordReads ?? true,
  };
}

/** One answer for organizations that do not exist and for those of others: it tells nothing. */
export function noAccess(): AppError {
  return new AppError(
    "FORBIDDEN",
    "no_access",
    "There is no such organization, or you are not a member of it.",
  );
}
