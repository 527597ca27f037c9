import { log } from "../platform/log.ts";
import { redis } from "../platform/redis.ts";
import type { QueueName } from "./registry.ts";

export const wakeChannel = "astra:wake";

const named = new Set<QueueName | "">();
let planned = false;
let heard = true;

/** Tells the relays that a row waits, in this queue or anywhere. Best effort: they look by themselves as well. */
export function wakeRelay(queue: QueueName | "" = ""): void {
  named.add(queue);
  if (planned) return;
  planned = true;
  // One word for all that the same commit has asked for.
  queueMicrotask(() => {
    const queues = named.has("") ? [""] : [...named];
    named.clear();
    planned = false;
    for (const one of queues) publish(one);
  });
}

function publish(queue: string): void {
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
