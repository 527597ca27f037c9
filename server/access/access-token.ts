import { errors, exportJWK, jwtVerify, SignJWT, type JWK } from "jose";
import { v7 as uuid } from "uuid";
import { z } from "zod";
import { env } from "../platform/env.ts";
import { AppError } from "../platform/errors.ts";
import { signingKeys } from "../platform/secrets.ts";
import { isPermission, type Permission } from "./permissions.ts";

/** How long a token lives at most, and unless somebody asks for less; in seconds. */
export const tokenSecondsMax = 900;
const clockToleranceSeconds = 5;
const audience = "astra-api";
const algorithm = "EdDSA";
const tokenType = "at+jwt";
const periodMs = 30 * 86_400_000;

/** What a token says: which key it stands for, in which organization, and what of the key's scopes it carries. */
export type TokenGrant = { organizationId: string; keyId: string; subject: string; scopes: Permission[] };

const Claims = z.object({
  tenant_id: z.uuid(),
  key_id: z.uuid(),
  sub: z.string(),
  scope: z.string(),
});

/** Signs a token with the key of the present period. */
export async function signToken(grant: TokenGrant, now: Date, seconds: number): Promise<string> {
  const period = periodOf(now);
  const issuedAt = Math.floor(now.getTime() / 1_000);
  return new SignJWT({ tenant_id: grant.organizationId, key_id: grant.keyId, scope: grant.scopes.join(" ") })
    .setProtectedHeader({ alg: algorithm, kid: kidOf(period), typ: tokenType })
    .setIssuer(issuer())
    .setAudience(audience)
    .setSubject(grant.subject)
    .setJti(uuid())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + seconds)
    .sign(keysOf(period).privateKey);
}

/**
 * What a token of ours grants. What it names is still looked at: its key may have been revoked since. Throws
 * AppError token_expired and token_not_valid.
 */
export async function readToken(text: string, now: Date): Promise<TokenGrant> {
  try {
    const { payload } = await jwtVerify(text, ({ kid }) => publicKeyOf(kid, now), {
      issuer: issuer(),
      audience,
      algorithms: [algorithm],
      typ: tokenType,
      currentDate: now,
      maxTokenAge: tokenSecondsMax,
      // Clocks of two hosts are never quite the same: a token may seem to come from a moment ahead, no more.
      clockTolerance: clockToleranceSeconds,
    });
    if ((payload.exp ?? 0) * 1_000 <= now.getTime()) throw new errors.JWTExpired("expired", payload, "exp");
    const claims = Claims.parse(payload);
    const scopes = claims.scope.split(" ").filter(isPermission);
    return { organizationId: claims.tenant_id, keyId: claims.key_id, subject: claims.sub, scopes };
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) {
      throw new AppError("UNAUTHENTICATED", "token_expired", "This token has expired. Ask for a new one.", {
        cause,
      });
    }
    throw new AppError("UNAUTHENTICATED", "token_not_valid", "This is no token of ours.", { cause });
  }
}

/**
 * The public keys for whoever checks tokens by themselves: of the period before, whose last tokens may still
 * live, of this one, and of the next, so that it is known when it begins.
 */
export async function publicTokenKeys(now: Date): Promise<{ keys: JWK[] }> {
  const period = periodOf(now);
  const keys = await Promise.all(
    [period - 1, period, period + 1].map(async (one) => ({
      ...(await exportJWK(keysOf(one).publicKey)),
      kid: kidOf(one),
      alg: algorithm,
      use: "sig",
    })),
  );
  return { keys };
}

function publicKeyOf(kid: string | undefined, now: Date) {
  const period = periodOf(now);
  const found = [period - 1, period].find((one) => kidOf(one) === kid);
  if (found === undefined) throw new errors.JWKSNoMatchingKey();
  return keysOf(found).publicKey;
}

// Each period has a pair of its own, made from the installation's master key: rotation asks nobody.
const pairs = new Map<number, ReturnType<typeof signingKeys>>();
const pairsMax = 4;

function keysOf(period: number): ReturnType<typeof signingKeys> {
  let pair = pairs.get(period);
  if (!pair) {
    pair = signingKeys(`token:${period}`);
    if (pairs.size >= pairsMax) pairs.clear();
    pairs.set(period, pair);
  }
  return pair;
}

function periodOf(now: Date): number {
  return Math.floor(now.getTime() / periodMs);
}

function kidOf(period: number): string {
  return `token-${period}`;
}

function issuer(): string {
  return new URL(env().PUBLIC_URL).origin;
}
