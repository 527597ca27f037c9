import { StaleAccess } from "../tenancy/failures.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { dropConfig } from "../plans/tenant-config.ts";
import { forgetRefusals } from "./key-access.ts";
import { dropMember, dropRole } from "./member-access.ts";
import { dropMembers } from "./member-list.ts";

/**
 * Takes the organization's turn for a change of who may do what: of several at once each waits here, and sees
 * what the one before made. Throws StaleAccess when the caller's own permissions were read before that: then
 * they are read again, and the caller may have lost the right to what is asked.
 */
export async function lockAccess(ctx: WriteCtx): Promise<void> {
  const [guard] = await ctx.db.$queryRaw<{ version: number }[]>`
    SELECT access_version AS version FROM tenant_guard FOR UPDATE`;
  if (ctx.accessVersion !== undefined && guard?.version !== ctx.accessVersion) throw new StaleAccess();
}

/**
 * Voids what every process believes of the organization's permissions, members and settings, in the transaction of
 * the change, and drops exactly the entries that it concerns from the caches once it is committed.
 */
export async function raiseAccess(
  ctx: WriteCtx,
  changed: { roleKeys?: readonly string[]; accountIds?: readonly string[] },
): Promise<void> {
  await ctx.db.$executeRaw`UPDATE tenant_guard SET access_version = access_version + 1`;
  const { id } = ctx.organization;
  ctx.afterCommit(() => {
    for (const key of changed.roleKeys ?? []) void dropRole(id, key);
    for (const accountId of changed.accountIds ?? []) void dropMember(id, accountId);
    forgetRefusals(id);
    void dropMembers(id);
    void dropConfig(id);
  });
}
