import { AppError } from "../platform/errors.ts";
import { newWrappedKey, openSecret, sealSecret, unwrapKey } from "../platform/secrets.ts";
import type { ReadDb, TenantDb } from "./tenant-db.ts";

const format = /^v1\.(\d{1,6})\.([\w-]+)$/;

/**
 * Encrypts a secret (a stream's credential, a signing secret) under the organization's newest data key, which
 * is made at first use. Answers text to store; it opens for the same organization and purpose only.
 */
export async function encryptForTenant(
  db: TenantDb,
  organizationId: string,
  purpose: string,
  secret: string,
): Promise<string> {
  const { version, key } = await newestKey(db, organizationId);
  return `v1.${version}.${sealSecret(key, organizationId, purpose, secret).toString("base64url")}`;
}

/** Decrypts what `encryptForTenant` made. Throws AppError secret_destroyed and secret_unreadable. */
export async function decryptForTenant(
  db: ReadDb,
  organizationId: string,
  purpose: string,
  stored: string,
): Promise<string> {
  const parts = format.exec(stored);
  if (!parts) throw new AppError("INTERNAL", "secret_unreadable", "A secret is not in its form.");
  const version = Number(parts[1]);
  const row = await db.dataKey.findUnique({ where: { version }, select: { wrapped: true } });
  if (!row?.wrapped) {
    throw new AppError("INTERNAL", "secret_destroyed", "The key of this secret was destroyed.");
  }
  const key = unwrapKey(organizationId, version, row.wrapped);
  return openSecret(key, organizationId, purpose, Buffer.from(parts[2] ?? "", "base64url"));
}

/** Starts a new data key; what older ones encrypted still opens. Answers its version. */
export async function rotateDataKey(db: TenantDb, organizationId: string): Promise<number> {
  const newest = await db.dataKey.aggregate({ _max: { version: true } });
  const version = (newest._max.version ?? 0) + 1;
  await db.dataKey.create({
    data: { version, wrapped: Buffer.from(newWrappedKey(organizationId, version)) },
    select: { version: true },
  });
  return version;
}

/** Destroys every data key: nothing that was encrypted for the organization opens again, in no copy either. */
export async function destroyDataKeys(db: TenantDb, now: Date): Promise<void> {
  await db.dataKey.updateMany({ where: { destroyedAt: null }, data: { wrapped: null, destroyedAt: now } });
}

async function newestKey(db: TenantDb, organizationId: string): Promise<{ version: number; key: Buffer }> {
  const find = () =>
    db.dataKey.findFirst({
      where: { destroyedAt: null },
      orderBy: { version: "desc" },
      select: { version: true, wrapped: true },
    });
  let row = await find();
  if (!row) {
    await rotateDataKey(db, organizationId);
    row = await find();
  }
  if (!row?.wrapped) throw new AppError("INTERNAL", "secret_destroyed", "There is no data key.");
  return { version: row.version, key: unwrapKey(organizationId, row.version, row.wrapped) };
}
