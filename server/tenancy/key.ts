import { createHash, createHmac } from "node:crypto";

/**
 * The tenant key: HMAC-SHA-256(master secret, tenant id, key version), base64url. It is in no database;
 * a tenant's policies hold its hash, so that whoever reads all catalogs still cannot make it.
 */
export function tenantKey(masterSecret: string, tenantId: string, keyVersion: number): string {
  return createHmac("sha256", masterSecret)
    .update(`tenant-key:${tenantId}:${keyVersion}`)
    .digest("base64url");
}

/** What a policy compares with: SHA-256 of the key's UTF-8 text, as hexadecimal. */
export function tenantKeyHash(key: string): string {
  return createHash("sha256").update(key, "utf8").digest("hex");
}
