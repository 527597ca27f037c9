import { createHash } from "node:crypto";
import ipaddr from "ipaddr.js";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../platform/errors.ts";
import { redis } from "../platform/redis.ts";
import type { AccountDoor } from "./account-door.ts";

type Limit = { attempts: number; seconds: number };

/** How often something may be tried: for one e-mail address, and for one address of the network. */
const limits = {
  signUp: { account: { attempts: 5, seconds: 3_600 }, network: { attempts: 30, seconds: 3_600 } },
  mail: { account: { attempts: 5, seconds: 3_600 }, network: { attempts: 60, seconds: 3_600 } },
  link: { network: { attempts: 100, seconds: 900 } },
  /** Keys that were refused; a good one is never counted and never held up, whoever shares its address. */
  apiKey: { network: { attempts: 1_000, seconds: 900 } },
} as const satisfies Record<string, Partial<Record<"account" | "network", Limit>>>;

export type Attempt = keyof typeof limits;

/**
 * Counts one attempt against every limit that it falls under. Throws AppError too_many_attempts
 * (RATE_LIMITED) when one of them is used up, and also when nobody can count.
 */
export async function countAttempt(door: AccountDoor, attempt: Attempt, email: string | null): Promise<void> {
  for (const { key, name, limit } of countersOf(door, attempt, email)) {
    try {
      await limiter(name, limit).consume(key);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes))
        door.log.error({ err: refusal }, "attempts cannot be counted");
      const waitMs = refusal instanceof RateLimiterRes ? refusal.msBeforeNext : limit.seconds * 1_000;
      door.log.warn({ attempt, limit: name }, "too many attempts");
      throw tooManyAttempts(waitMs);
    }
  }
}

function countersOf(door: AccountDoor, attempt: Attempt, email: string | null) {
  const keys = { account: email, network: networkOf(door.request.ip) };
  const own: Partial<Record<keyof typeof keys, Limit>> = limits[attempt];
  return (["account", "network"] as const).flatMap((scope) => {
    const limit = own[scope];
    const key = keys[scope];
    return limit && key ? [{ name: `${attempt}.${scope}`, key: fingerprint(key), limit }] : [];
  });
}

/**
 * What one household or office shares: the address, or the /64 of an IPv6 one. Null for the loopback, which
 * is a proxy that TRUSTED_PROXY_HOPS does not name: all clients look alike behind it.
 */
export function networkOf(ip: string | null): string | null {
  if (ip === null || !ipaddr.isValid(ip)) return null;
  const address = ipaddr.parse(ip);
  if (address.range() === "loopback") return null;
  return address.kind() === "ipv6" ? address.toNormalizedString().split(":").slice(0, 4).join(":") : ip;
}

/** What somebody typed stands in no counter, and no key is longer than another. */
export function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

const limiters = new Map<string, RateLimiterRedis>();

function limiter(name: string, { attempts, seconds }: Limit): RateLimiterRedis {
  let found = limiters.get(name);
  if (!found) {
    const shape = { keyPrefix: `attempts:${name}`, points: attempts, duration: seconds };
    // Without Redis each process counts for itself.
    const insuranceLimiter = new RateLimiterMemory(shape);
    found = new RateLimiterRedis({ ...shape, storeClient: redis(), insuranceLimiter });
    limiters.set(name, found);
  }
  return found;
}

/** What somebody is told who has to wait. */
export function tooManyAttempts(waitMs: number): AppError {
  const minutes = Math.ceil(waitMs / 60_000);
  const wait = minutes <= 1 ? "a minute" : `${minutes} minutes`;
  return new AppError("RATE_LIMITED", "too_many_attempts", `Too many attempts. Try again in ${wait}.`);
}
