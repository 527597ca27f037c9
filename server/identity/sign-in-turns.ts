import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { redis } from "../platform/redis.ts";
import type { AccountDoor } from "./account-door.ts";
import { fingerprint, networkOf, tooManyAttempts } from "./attempt-limits.ts";

/** After the free tries each further one makes the next wait twice as long. */
type Growth = { free: number; firstSeconds: number; mostSeconds: number; keptSeconds: number };

/**
 * For one e-mail address from one address of the network, for the e-mail address from anywhere, and for the network's
 * address whomever it tries. What is counted is the address that was typed, whether or not somebody has it.
 */
const growths = {
  pair: { free: 9, firstSeconds: 30, mostSeconds: 900, keptSeconds: 86_400 },
  account: { free: 49, firstSeconds: 30, mostSeconds: 300, keptSeconds: 86_400 },
  network: { free: 199, firstSeconds: 30, mostSeconds: 900, keptSeconds: 3_600 },
} as const satisfies Record<string, Growth>;
type Scope = keyof typeof growths;

/**
 * For so long a network is known from which somebody has signed in: strangers elsewhere do not make them wait there.
 * Node's timers, which forget it where there is no Redis, hold at most 24 days.
 */
const knownSeconds = 20 * 86_400;

/**
 * Counts one try to prove an account by its password, before it is made. Throws AppError too_many_attempts
 * (RATE_LIMITED) when its turn has not come yet; such a try counts for nothing.
 */
export async function takeSignInTurn(door: AccountDoor, email: string): Promise<void> {
  const taken: { scope: Scope; key: string }[] = [];
  for (const { scope, key, waits } of await scopesOf(door, email)) {
    const { free, firstSeconds, mostSeconds } = growths[scope];
    const tries = await counted(scope, key);
    taken.push({ scope, key });
    if (!waits || tries <= free) continue;
    const customDuration = Math.min(firstSeconds * 2 ** (tries - free - 1), mostSeconds);
    try {
      await gate(scope).consume(key, 1, { customDuration });
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) door.log.error({ err: refusal }, "tries cannot be counted");
      door.log.warn({ limit: `signIn.${scope}` }, "too many attempts");
      await Promise.all(
        taken.map((one) =>
          counter(one.scope)
            .reward(one.key)
            .catch(() => null),
        ),
      );
      throw tooManyAttempts(refusal instanceof RateLimiterRes ? refusal.msBeforeNext : mostSeconds * 1_000);
    }
  }
}

/** Takes back what a person who proved to be the right one had used up, and knows their network from now on. */
export async function forgiveSignIns(door: AccountDoor, email: string): Promise<void> {
  const { pair, account, network } = keysOf(door, email);
  const acts = [
    ...(pair
      ? [known().set(pair, 1, knownSeconds), counter("pair").delete(pair), gate("pair").delete(pair)]
      : []),
    counter("account").delete(account),
    gate("account").delete(account),
    // Others of that network go on counting.
    ...(network ? [counter("network").reward(network)] : []),
  ];
  for (const act of await Promise.allSettled(acts)) {
    if (act.status === "rejected") door.log.warn({ err: act.reason }, "tries stay counted");
  }
}

async function counted(scope: Scope, key: string): Promise<number> {
  return (await counter(scope).penalty(key)).consumedPoints;
}

/**
 * What a try counts for, and what of it may make it wait. Who has signed in from a network is counted there, and waits
 * for their own tries alone: many share one, and a stranger among them would shut the others out.
 */
async function scopesOf(
  door: AccountDoor,
  email: string,
): Promise<{ scope: Scope; key: string; waits: boolean }[]> {
  const { pair, account, network } = keysOf(door, email);
  const isKnown = pair !== null && (await known().get(pair)) !== null;
  return [
    // First, so that one who tries ever new addresses leaves no more counters behind than it has tries.
    ...(network ? [{ scope: "network" as const, key: network, waits: !isKnown }] : []),
    ...(pair ? [{ scope: "pair" as const, key: pair, waits: true }] : []),
    ...(isKnown ? [] : [{ scope: "account" as const, key: account, waits: true }]),
  ];
}

function keysOf(door: AccountDoor, email: string) {
  const network = networkOf(door.request.ip);
  return {
    pair: network && fingerprint(`${email} ${network}`),
    account: fingerprint(email),
    network: network && fingerprint(network),
  };
}

const limiters = new Map<string, RateLimiterRedis>();

function counter(scope: Scope): RateLimiterRedis {
  return limiter(`sign-in-tries:${scope}`, growths[scope].keptSeconds);
}

/** Holds one place, which is free again when the wait is over. */
function gate(scope: Scope): RateLimiterRedis {
  return limiter(`sign-in-wait:${scope}`, growths[scope].mostSeconds);
}

function known(): RateLimiterRedis {
  return limiter("sign-in-known", knownSeconds);
}

function limiter(keyPrefix: string, duration: number): RateLimiterRedis {
  let found = limiters.get(keyPrefix);
  if (!found) {
    const shape = { keyPrefix, points: 1, duration };
    // Without Redis each process counts for itself.
    const insuranceLimiter = new RateLimiterMemory(shape);
    found = new RateLimiterRedis({ ...shape, storeClient: redis(), insuranceLimiter });
    limiters.set(keyPrefix, found);
  }
  return found;
}
