import { platformDb } from "../platform/database.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { forgetDirectory } from "../access/directory.ts";

/**
 * Brings the directory's copy of an organization's profile up to its own truth. An older version never
 * overwrites a newer one, so runs may come twice or in any order.
 */
export async function syncProfile(organizationId: string): Promise<void> {
  const profile = await tenancy().withTenant(organizationId, { readOnly: true }, (db) =>
    db.profile.findUniqueOrThrow({ where: { id: 1 } }),
  );
  const { name, slug, deletionAt, version } = profile;
  await platformDb().organization.updateMany({
    where: { id: organizationId, profileVersion: { lt: version }, discardedAt: null },
    data: { name, slug, deletionAt, profileVersion: version },
  });
  forgetDirectory(organizationId);
}

/** Brings the directory's copy of one membership up to the member row; rules as for the profile. An account that is gone has none. */
export async function syncMember(organizationId: string, memberId: string): Promise<void> {
  const member = await tenancy().withTenant(organizationId, { readOnly: true }, (db) =>
    db.member.findUnique({
      where: { id: memberId },
      select: { accountId: true, status: true, version: true, role: { select: { name: true } } },
    }),
  );
  if (!member) return;
  await platformDb().$executeRaw`
    INSERT INTO memberships (organization_id, account_id, member_id, status, role_name, version)
    SELECT o.id, ${member.accountId}::uuid, ${memberId}::uuid, ${member.status}, ${member.role.name}, ${member.version}
    FROM organizations o JOIN accounts a ON a.id = ${member.accountId}::uuid
    WHERE o.id = ${organizationId}::uuid AND o.discarded_at IS NULL
    ON CONFLICT (organization_id, account_id) DO UPDATE SET member_id = excluded.member_id,
      status = excluded.status, role_name = excluded.role_name, version = excluded.version
    WHERE memberships.version < excluded.version`;
  forgetDirectory(organizationId, member.accountId);
}
