import { log } from "../platform/log.ts";
import { redis } from "../platform/redis.ts";
import type { QueueName } from "./registry.ts";

export const wakeChannel = "astra:wake";

let heard = true;

/** Tells the relays that a row waits, in this queue or anywhere. Best effort: they look by themselves as well. */
export function wakeRelay(queue: QueueName | "" = ""): void {
  redis()
    .publish(wakeChannel, queue)
    .then(
      () => {
        heard = true;
      },
      (error: unknown) => {
        // One line for each absence of Redis, however many commits there are meanwhile.
        if (heard) log("jobs").warn({ err: error }, "the relay could not be woken");
        heard = false;
      },
    );
}
