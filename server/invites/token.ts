import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { env } from "../platform/env.ts";

/** How often an invite can be sent; each sending has a link of its own. */
export const sendingsMax = 12;

/** What the link of an invite names; the secret is known to who received the mail. */
export type InviteToken = { organizationId: string; inviteId: string; secret: string };

/**
 * What stands in the link. It is computed when the mail is written, so that no job and no row holds it; the
 * database has its hash alone. Each sending has another one.
 */
export function inviteToken(organizationId: string, inviteId: string, sending: number): string {
  return `${organizationId}.${inviteId}.${secretOf(organizationId, inviteId, sending)}`;
}

/** The hash under which a sending's secret is stored. */
export function inviteHash(organizationId: string, inviteId: string, sending: number): Buffer {
  return hashOf(secretOf(organizationId, inviteId, sending));
}

/** The parts of a link's token; null for any text that we never made. Asks nobody, and so tells nothing of organizations. */
export function readInviteToken(token: string): InviteToken | null {
  const [organizationId = "", inviteId = "", secret = "", ...rest] = token.split(".");
  const ids = z.tuple([z.uuid(), z.uuid()]).safeParse([organizationId, inviteId]);
  if (rest.length > 0 || !ids.success || !/^[\w-]{43}$/.test(secret)) return null;
  return isMade(organizationId, inviteId, secret) ? { organizationId, inviteId, secret } : null;
}

/** Whether a secret is that of any sending of the invite; which one counts now only its row knows. */
function isMade(organizationId: string, inviteId: string, secret: string): boolean {
  const given = hashOf(secret);
  for (let sending = 1; sending <= sendingsMax; sending++) {
    if (timingSafeEqual(given, inviteHash(organizationId, inviteId, sending))) return true;
  }
  return false;
}

/** Whether a secret is the one whose hash is stored. The comparison tells nothing by its time. */
export function isSecretOf(secret: string, hash: Uint8Array): boolean {
  return timingSafeEqual(hashOf(secret), hash);
}

function secretOf(organizationId: string, inviteId: string, sending: number): string {
  const text = `invite:${organizationId}:${inviteId}:${sending}`;
  return createHmac("sha256", env().AUTH_SECRET).update(text).digest("base64url");
}

function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
