import { raiseAccess } from "../access/access-version.ts";
import { findOrganizationById } from "../access/directory.ts";
import { audit } from "../audit/audit.ts";
import type { JobPayload } from "../jobs/registry.ts";
import { platformDb } from "../platform/database.ts";
import { keepTokens } from "../search/tokens.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";

/**
 * Brings a member row up to its account's name and address. It reads what is so now, so runs may come twice
 * or in any order. Does nothing when account, organization or member are gone.
 */
export async function syncAccount(
  payload: JobPayload<"members.sync-account">,
  job: { requestId: string },
): Promise<void> {
  const { organizationId, accountId } = payload;
  const account = await platformDb().account.findUnique({
    where: { id: accountId },
    select: { name: true, email: true },
  });
  const organization = await findOrganizationById(organizationId);
  if (!account || !organization) return;
  const door = systemDoor(organization, { id: job.requestId, ip: null, userAgent: null });
  await transact(door, "write", async (ctx) => {
    const member = await ctx.db.member.findUnique({
      where: { accountId },
      select: { id: true, name: true, email: true },
    });
    if (!member || (member.name === account.name && member.email === account.email)) return;
    // A member's name is remembered with its permissions; raising the version drops both everywhere. It comes
    // first, as in every change of members: two that lock in another order would wait for each other.
    await raiseAccess(ctx, { accountIds: [accountId] });
    await ctx.db.member.update({ where: { id: member.id }, data: account, select: { id: true } });
    await keepTokens(ctx.db, "member", member.id, `${account.name} ${account.email}`);
    await audit(ctx, {
      action: "members.sync-account",
      target: { type: "member", id: member.id, label: account.name },
      before: { name: member.name, email: member.email },
      after: account,
      personal: ["name"],
    });
  });
}
