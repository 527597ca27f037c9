import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../platform/errors.ts";
import { redis } from "../platform/redis.ts";
import { planOf } from "../plans/catalogue.ts";
import type { Actor, OrganizationInfo } from "../tenancy/context.ts";

const windowSeconds = 60;
/** Of what an organization may call, one key or one member alone has so much: the others are not shut out. */
const ownShare = { api_key: 0.5, member: 0.75 } as const;
/** What an account may ask for itself, in no organization. */
const accountCallsPerMinute = 300;

/** A token lives for minutes: nobody needs more of them than this. */
const tokensPerMinute = 60;

/** What is left of a limit, for the caller to see. */
export type RateState = { limit: number; remaining: number; resetSeconds: number; exceeded: boolean };

/**
 * Counts one call of a key or a member, and then of the organization: what is refused to one takes nothing from
 * the others. Answers what is left of the tighter limit. The limits come from the plan. Without Redis each
 * process counts for itself.
 */
export async function countCall(organization: OrganizationInfo, actor: Actor): Promise<RateState> {
  const { callsPerMinute } = planOf(organization.plan);
  const own = await countOwn(actor, callsPerMinute);
  if (own?.exceeded) return own;
  const whole = await consume(`calls:${callsPerMinute}`, callsPerMinute, organization.id);
  return own && !whole.exceeded && own.remaining < whole.remaining ? own : whole;
}

/** Null for the system and for operators, who have no share of their own. */
async function countOwn(actor: Actor, callsPerMinute: number): Promise<RateState | null> {
  if (actor.kind !== "api_key" && actor.kind !== "member") return null;
  const share = Math.ceil(callsPerMinute * ownShare[actor.kind]);
  return consume(`own-calls:${share}`, share, actor.kind === "member" ? actor.memberId : actor.keyId);
}

/** Counts one call of an account outside of any organization. */
export async function countAccountCall(accountId: string): Promise<RateState> {
  return consume(`account-calls:${accountCallsPerMinute}`, accountCallsPerMinute, accountId);
}

/** Counts one request of a key for a token, before anything else is asked about it. */
export async function countTokenRequest(keyId: string): Promise<RateState> {
  return consume(`token-requests:${tokensPerMinute}`, tokensPerMinute, keyId);
}

/** What a caller is told whose calls are used up. */
export function rateLimited({ resetSeconds }: RateState): AppError {
  const wait = resetSeconds === 1 ? "a second" : `${resetSeconds} seconds`;
  return new AppError("RATE_LIMITED", "rate_limited", `Too many calls. Try again in ${wait}.`);
}

/** The headers by which a program slows down in time. */
export function rateHeaders({ limit, remaining, resetSeconds, exceeded }: RateState): Record<string, string> {
  return {
    "RateLimit-Limit": String(limit),
    "RateLimit-Remaining": String(remaining),
    "RateLimit-Reset": String(resetSeconds),
    "RateLimit-Policy": `${limit};w=${windowSeconds}`,
    ...(exceeded ? { "Retry-After": String(resetSeconds) } : {}),
  };
}

async function consume(name: string, limit: number, key: string): Promise<RateState> {
  let exceeded = false;
  const answer = await limiter(name, limit)
    .consume(key)
    .catch((refusal: unknown) => {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      exceeded = true;
      return refusal;
    });
  const resetSeconds = Math.max(1, Math.ceil(answer.msBeforeNext / 1_000));
  return { limit, remaining: Math.max(0, answer.remainingPoints), resetSeconds, exceeded };
}

const limiters = new Map<string, RateLimiterRedis>();

function limiter(name: string, points: number): RateLimiterRedis {
  let found = limiters.get(name);
  if (!found) {
    const form = { keyPrefix: name, points, duration: windowSeconds };
    found = new RateLimiterRedis({
      ...form,
      storeClient: redis(),
      rejectIfRedisNotReady: true,
      // A caller beyond the limit is refused from memory: whoever hammers does not reach Redis.
      inMemoryBlockOnConsumed: points + 1,
      insuranceLimiter: new RateLimiterMemory(form),
    });
    limiters.set(name, found);
  }
  return found;
}
