import { z } from "zod";
import { decryptForTenant, encryptForTenant } from "../tenancy/data-keys.ts";
import type { ReadDb, TenantDb } from "../tenancy/tenant-db.ts";

/** Whose secrets they are: they open for this organization and this endpoint only. */
export type SecretOwner = { organizationId: string; id: string };

/** What of an endpoint's row holds its signing secrets. */
export type StoredSecrets = { secret: string; previousSecret: string | null; overlapUntil: Date | null };

const HeaderValues = z.record(z.string(), z.string());

/** Encrypts a signing secret for an endpoint's row. */
export async function closeSecret(db: TenantDb, owner: SecretOwner, secret: string): Promise<string> {
  return encryptForTenant(db, owner.organizationId, purposeOf(owner, "secret"), secret);
}

/**
 * The secrets that sign at this moment, the newest first; the one before counts until the overlap is over. Throws
 * AppError secret_destroyed and secret_unreadable.
 */
export async function openSecrets(
  db: ReadDb,
  owner: SecretOwner,
  { secret, previousSecret, overlapUntil }: StoredSecrets,
  now: Date,
): Promise<string[]> {
  const live = overlapUntil && overlapUntil > now ? [secret, previousSecret] : [secret];
  const opened: string[] = [];
  for (const stored of live) {
    if (stored === null) continue;
    opened.push(await decryptForTenant(db, owner.organizationId, purposeOf(owner, "secret"), stored));
  }
  return opened;
}

/** Encrypts the organization's own headers with their values for an endpoint's row; null for none. */
export async function closeHeaders(
  db: TenantDb,
  owner: SecretOwner,
  headers: Record<string, string>,
): Promise<string | null> {
  if (Object.keys(headers).length === 0) return null;
  const text = JSON.stringify(headers);
  return encryptForTenant(db, owner.organizationId, purposeOf(owner, "headers"), text);
}

/** The organization's own headers with their values. Throws AppError secret_destroyed and secret_unreadable. */
export async function openHeaders(
  db: ReadDb,
  owner: SecretOwner,
  stored: string | null,
): Promise<Record<string, string>> {
  if (stored === null) return {};
  const text = await decryptForTenant(db, owner.organizationId, purposeOf(owner, "headers"), stored);
  return HeaderValues.parse(JSON.parse(text));
}

function purposeOf({ id }: SecretOwner, what: "secret" | "headers"): string {
  return `webhook-endpoint:${id}:${what}`;
}
