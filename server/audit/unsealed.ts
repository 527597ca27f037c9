import { log } from "../platform/log.ts";
import { redis } from "../platform/redis.ts";

const noted = "astra:audit-unsealed";

/** A note covers what is committed so soon after it: no sweep and sealing pass in between. */
const coveredMs = 20;
const rememberedMax = 10_000;
const lastNoted = new Map<string, number>();

/**
 * Notes that an organization has entries to seal. Best effort, and a set: however many commits there are
 * until the next sweep, it is sealed once. The entries themselves are the truth, and a slower sweep looks there.
 */
export function noteUnsealed(organizationId: string): void {
  const now = performance.now();
  if (now - (lastNoted.get(organizationId) ?? -coveredMs) < coveredMs) return;
  if (lastNoted.size >= rememberedMax) lastNoted.clear();
  lastNoted.set(organizationId, now);
  redis()
    .sadd(noted, organizationId)
    .catch((error: unknown) => log("audit").warn({ err: error }, "the sealer hears of it later"));
}

/** Takes at most `most` of the noted organizations off the list. */
export async function takeUnsealed(most: number): Promise<string[]> {
  return redis().spop(noted, most);
}
