import { platformDb } from "../platform/database.ts";
import { requiredEnv } from "../platform/env.ts";
import { notFound } from "../platform/errors.ts";
import { tenantKey } from "../tenancy/key.ts";
import { checkedSchemaName } from "../tenancy/names.ts";
import type { LogDoor } from "./log-transaction.ts";

/** Finds where an organization's log is. Throws AppError not_found. */
export async function logDoor(organizationId: string): Promise<LogDoor> {
  const tenant = await platformDb().tenant.findUnique({
    where: { id: organizationId },
    select: { shardId: true, schema: true, keyVersion: true, state: true },
  });
  if (!tenant || tenant.state === "erasing" || tenant.state === "provisioning")
    throw notFound("organization");
  return {
    organizationId,
    shardId: tenant.shardId,
    schema: checkedSchemaName(tenant.schema),
    key: tenantKey(requiredEnv("TENANT_KEY_SECRET"), organizationId, tenant.keyVersion),
  };
}
