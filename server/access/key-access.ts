import { timingSafeEqual } from "node:crypto";
import { AppError } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import { tenancy } from "../tenancy/kernel.ts";
import type { KeyParts } from "./key-text.ts";
import { isPermission, permissionInfo } from "./permissions.ts";

export type KeyKind = "personal" | "machine";

/** What a key may do in its organization, as read at one access version. */
export type KeyAccess = {
  keyId: string;
  name: string;
  keyKind: KeyKind;
  createdById: string | null;
  permissions: ReadonlySet<string>;
  /** As a member's: which life of the tenant the version counts in. */
  epoch: number;
  accessVersion: number;
  recordReads: boolean;
  expiresAt: Date | null;
};

function nameOf({ organizationId, keyId }: KeyProof): string {
  return `${organizationId}/${keyId}`;
}

/** Which key is meant, and its secret's hash; null where a token of ours has proved it. */
export type KeyProof = Omit<KeyParts, "secretHash"> & { secretHash: Buffer | null };

type Remembered = KeyAccess & { secretHash: Buffer };

const entriesMax = 10_000;
const usedEveryMs = 60_000;
const cache = new Map<string, Remembered>();
const noted = new Map<string, number>();

/** How long a refusal is remembered: what was revoked, or never was, stays so; an idle key may be good again soon. */
const refusalMs = { final: 30_000, idle: 1_000 } as const;
const refusals = new Map<string, { error: AppError; secretHash: Buffer | null; until: number }>();

/**
 * What a key may do now: its scopes, of which a personal key has no more than its maker holds at present.
 * Remembered in this process alone; every transaction holds the version against the guard row, so a key that
 * was revoked ends in every process with its next call. A refusal is remembered for a moment, so that whoever
 * repeats it costs no look-up. Throws AppError api_key_unknown, api_key_revoked, api_key_expired and api_key_idle.
 */
export async function keyAccess(parts: KeyProof, now: Date, { fresh = false } = {}): Promise<KeyAccess> {
  const name = nameOf(parts);
  let found = fresh ? undefined : cache.get(name);
  if (found && found.epoch !== (await tenancy().epochOf(parts.organizationId))) found = undefined;
  if (!found || !proves(parts, found.secretHash)) {
    cache.delete(name);
    assertNotRefused(parts);
    found = await readKey(parts);
    if (cache.size >= entriesMax) cache.delete(cache.keys().next().value as string);
    cache.set(name, found);
  }
  if (found.expiresAt && found.expiresAt <= now) throw refused("expired", "This API key has expired.");
  await noteUse(parts, now);
  const { secretHash: _hash, ...access } = found;
  return access;
}

function proves({ secretHash }: KeyProof, stored: Uint8Array): boolean {
  return secretHash === null || timingSafeEqual(stored, secretHash);
}

function assertNotRefused(parts: KeyProof): void {
  const name = nameOf(parts);
  const known = refusals.get(name);
  if (!known) return;
  const same = known.secretHash === null ? parts.secretHash === null : proves(parts, known.secretHash);
  if (same && known.until > Date.now()) throw known.error;
  if (known.until <= Date.now()) refusals.delete(name);
}

/** Looks at an organization's keys anew, whatever they were refused for: who may do what has changed. */
export function forgetRefusals(organizationId: string): void {
  for (const name of refusals.keys()) if (name.startsWith(`${organizationId}/`)) refusals.delete(name);
}

function remembered(parts: KeyProof, error: AppError, kind: keyof typeof refusalMs): AppError {
  if (refusals.size >= entriesMax) refusals.delete(refusals.keys().next().value as string);
  const { secretHash } = parts;
  refusals.set(nameOf(parts), { error, secretHash, until: Date.now() + refusalMs[kind] });
  return error;
}

async function readKey(parts: KeyProof): Promise<Remembered> {
  const { key, guard } = await findKey(parts);
  if (!key || !guard || !proves(parts, key.secretHash)) throw remembered(parts, unknownKey(), "final");
  if (key.revokedAt) {
    throw remembered(parts, refused("revoked", "This API key was revoked."), "final");
  }
  // The column's CHECK holds the same closed set as the type.
  const keyKind = key.kind as KeyKind;
  const maker = key.createdBy;
  if (keyKind === "personal" && maker?.status !== "active") {
    const message = "The member who made this API key has no access at present.";
    throw remembered(parts, refused("idle", message), "idle");
  }
  const live = keyKind === "personal" ? new Set(maker?.role.permissions) : null;
  return {
    keyId: parts.keyId,
    name: key.name,
    keyKind,
    createdById: key.createdById,
    permissions: keyPermissions(key.scopes, live),
    epoch: guard.epoch,
    accessVersion: guard.version,
    recordReads: guard.recordReads ?? true,
    secretHash: Buffer.from(key.secretHash),
    expiresAt: key.expiresAt,
  };
}

/** What scopes permit: nothing that only people may, and where its maker counts nothing that they lack. */
export function keyPermissions(scopes: readonly string[], live: ReadonlySet<string> | null): Set<string> {
  return new Set(
    scopes.filter(
      (scope) =>
        isPermission(scope) && !permissionInfo(scope).peopleOnly && (live === null || live.has(scope)),
    ),
  );
}

async function findKey({ organizationId, keyId }: KeyProof) {
  try {
    return await tenancy().withTenant(organizationId, { readOnly: true }, async (db) => {
      // The version is read first: a change in between makes it older than the rows, never newer.
      const [guard] = await db.$queryRaw<{ epoch: number; version: number; recordReads: boolean | null }[]>`
        SELECT epoch, access_version AS version, (SELECT record_reads FROM audit_settings) AS "recordReads" FROM tenant_guard`;
      const key = await db.apiKey.findUnique({
        where: { id: keyId },
        select: {
          name: true,
          kind: true,
          secretHash: true,
          scopes: true,
          createdById: true,
          expiresAt: true,
          revokedAt: true,
          createdBy: { select: { status: true, role: { select: { permissions: true } } } },
        },
      });
      return { guard, key };
    });
  } catch (error) {
    // A key of an organization that is not there is no other than one that was never made.
    if (error instanceof AppError && error.reason === "no_tenant") return { guard: undefined, key: null };
    throw error;
  }
}

/** Once a minute a process; for people to see which keys are in use, so a failure stops no call. */
async function noteUse(proof: KeyProof, now: Date): Promise<void> {
  const { organizationId, keyId } = proof;
  const name = nameOf(proof);
  if (now.getTime() - (noted.get(name) ?? 0) < usedEveryMs) return;
  if (noted.size >= entriesMax) noted.clear();
  noted.set(name, now.getTime());
  await tenancy()
    .withTenant(
      organizationId,
      { readOnly: false },
      (db) => db.$executeRaw`
        UPDATE api_keys SET last_used_at = greatest(last_used_at, ${now}::timestamptz) WHERE id = ${keyId}::uuid`,
    )
    .catch((error: unknown) => log("access").debug({ err: error }, "the use of a key was not noted"));
}

/** One answer for keys that were never made, of organizations that are not there, and with another secret. */
export function unknownKey(): AppError {
  return refused("unknown", "There is no such API key.");
}

/** What a text is told that no key can look like. */
export function malformedKey(): AppError {
  return refused("malformed", "This is not an API key of ours. Was it cut off while copying?");
}

function refused(kind: "unknown" | "malformed" | "revoked" | "expired" | "idle", message: string): AppError {
  return new AppError("UNAUTHENTICATED", `api_key_${kind}`, message);
}
