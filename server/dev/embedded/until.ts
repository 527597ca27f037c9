import { setTimeout as sleep } from "node:timers/promises";

/** Asks `ready` every `everyMs` until it answers true; throws after `timeoutMs`, naming `what`. */
export async function until(
  ready: () => boolean | Promise<boolean>,
  { what, timeoutMs, everyMs = 25 }: { what: string; timeoutMs: number; everyMs?: number },
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await ready())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
    await sleep(everyMs);
  }
}
