import { createHmac, timingSafeEqual } from "node:crypto";
import { v7 as uuid } from "uuid";
import { z } from "zod";
import type { PlatformDb, PlatformTx } from "../platform/database.ts";
import { env } from "../platform/env.ts";
import { AppError } from "../platform/errors.ts";

export type TokenPurpose = "confirm_email" | "reset_password" | "change_email";

const hourMs = 3_600_000;

/** How long a link can be used. */
export const tokenHours = {
  confirm_email: 24,
  reset_password: 1,
  change_email: 24,
} as const satisfies Record<TokenPurpose, number>;

/** Makes a link's row and answers its id; the secret is computed from the id when the mail is written. A change of address names the new one. */
export async function issueToken(
  tx: PlatformTx,
  accountId: string,
  purpose: TokenPurpose,
  now: Date,
  email: string | null = null,
): Promise<string> {
  const id = uuid();
  const expiresAt = new Date(now.getTime() + tokenHours[purpose] * hourMs);
  await tx.accountToken.create({
    data: { id, accountId, purpose, email, createdAt: now, expiresAt },
    select: { id: true },
  });
  return id;
}

/** What stands in the link. Whoever reads the database alone cannot make one. */
export function tokenSecret(id: string, purpose: TokenPurpose): string {
  return `${id}.${signature(id, purpose)}`;
}

function signature(id: string, purpose: TokenPurpose): string {
  return createHmac("sha256", env().AUTH_SECRET).update(`${purpose}:${id}`).digest("base64url");
}

/** The id of a link that we made for this purpose; null for any other text. */
function authenticId(secret: string, purpose: TokenPurpose): string | null {
  const [id = "", given = "", ...rest] = secret.split(".");
  if (rest.length > 0 || !z.uuid().safeParse(id).success) return null;
  const expected = Buffer.from(signature(id, purpose));
  const actual = Buffer.from(given);
  return actual.length === expected.length && timingSafeEqual(actual, expected) ? id : null;
}

/** What a link is good for, without using it up. */
export type TokenState = {
  id: string;
  accountId: string;
  live: boolean;
  /** The address that a change leads to. */
  email: string | null;
  account: { name: string; email: string; emailConfirmedAt: Date | null; passwordHash: string | null };
};

/** Looks a link up; null when we never made it or its account is gone. */
export async function inspectToken(
  db: PlatformDb | PlatformTx,
  secret: string,
  purpose: TokenPurpose,
  now: Date,
): Promise<TokenState | null> {
  const id = authenticId(secret, purpose);
  if (!id) return null;
  const row = await db.accountToken.findUnique({
    where: { id },
    select: {
      accountId: true,
      purpose: true,
      email: true,
      usedAt: true,
      expiresAt: true,
      account: { select: { name: true, email: true, emailConfirmedAt: true, passwordHash: true } },
    },
  });
  if (row?.purpose !== purpose) return null;
  const { accountId, account, email } = row;
  return { id, accountId, account, email, live: row.usedAt === null && row.expiresAt > now };
}

/** Uses a link up, and every other one of its account and purpose. Of two at once one gets link_not_valid. */
export async function consumeToken(
  tx: PlatformTx,
  token: TokenState,
  purpose: TokenPurpose,
  now: Date,
): Promise<void> {
  const used = await tx.accountToken.updateMany({
    where: { id: token.id, purpose, usedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
  });
  if (used.count !== 1) throw linkNotValid();
  await tx.accountToken.updateMany({
    where: { accountId: token.accountId, purpose, usedAt: null },
    data: { usedAt: now },
  });
}

/** One answer for links that never were, are used up or have run out. */
export function linkNotValid(): AppError {
  return new AppError(
    "BAD_REQUEST",
    "link_not_valid",
    "This link has run out or was used before. Ask for a new one.",
  );
}
