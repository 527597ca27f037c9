import { log } from "../platform/log.ts";
import { redis } from "../platform/redis.ts";

const noted = "astra:audit-unsealed";

/**
 * Notes that an organization has entries to seal. Best effort, and a set: however many commits there are
 * until the next sweep, it is sealed once. The entries themselves are the truth, and a slower sweep looks there.
 */
export function noteUnsealed(organizationId: string): void {
  redis()
    .sadd(noted, organizationId)
    .catch((error: unknown) => log("audit").warn({ err: error }, "the sealer hears of it later"));
}

/** Takes at most `most` of the noted organizations off the list. */
export async function takeUnsealed(most: number): Promise<string[]> {
  return redis().spop(noted, most);
}
