import { log } from "../platform/log.ts";
import { redis } from "../platform/redis.ts";

export const wakeChannel = "astra:wake";

/** Tells the relays that a row waits. Best effort: they look by themselves as well. */
export function wakeRelay(): void {
  redis()
    .publish(wakeChannel, "")
    .catch((error: unknown) => log("jobs").warn({ err: error }, "the relay could not be woken"));
}
