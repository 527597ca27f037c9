import { AppError } from "../platform/errors.ts";
import { tenancy } from "../tenancy/kernel.ts";

/** A member's standing in one organization, as read at one access version. */
export type MemberAccess = {
  memberId: string;
  name: string;
  roleKey: string;
  roleName: string;
  permissions: ReadonlySet<string>;
  accessVersion: number;
  /** The organization wants every read in its log. */
  recordReads: boolean;
};

const entriesMax = 20_000;
const cache = new Map<string, MemberAccess>();

/**
 * An account's role and permissions in an organization. The cache needs no time limit: every
 * transaction holds the version it was read at against the guard row, and a stale one is refused there.
 * Throws AppError not_a_member.
 */
export async function memberAccess(organizationId: string, accountId: string): Promise<MemberAccess> {
  const key = `${organizationId}/${accountId}`;
  const hit = cache.get(key);
  if (hit) return hit;
  const access = await readAccess(organizationId, accountId);
  if (cache.size >= entriesMax) cache.delete(cache.keys().next().value as string);
  cache.set(key, access);
  return access;
}

/** Drops one cached standing; the next request reads it again. */
export function forgetAccess(organizationId: string, accountId: string): void {
  cache.delete(`${organizationId}/${accountId}`);
}

async function readAccess(organizationId: string, accountId: string): Promise<MemberAccess> {
  const found = await tenancy().withTenant(organizationId, { readOnly: true }, async (db) => {
    // The version is read first: a change in between makes it older than the rows, never newer.
    const guard = await db.$queryRaw<
      { version: number; recordReads: boolean }[]
    >`SELECT access_version AS version, (SELECT record_reads FROM audit_settings) AS "recordReads" FROM tenant_guard`;
    const member = await db.member.findUnique({
      where: { accountId },
      select: {
        id: true,
        name: true,
        status: true,
        role: { select: { key: true, name: true, permissions: true } },
      },
    });
    return { version: guard[0]?.version, recordReads: guard[0]?.recordReads ?? true, member };
  });
  if (found.version === undefined || found.member?.status !== "active") throw noAccess();
  const { member, version, recordReads } = found;
  return {
    memberId: member.id,
    name: member.name,
    roleKey: member.role.key,
    roleName: member.role.name,
    permissions: new Set(member.role.permissions),
    accessVersion: version,
    recordReads,
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
