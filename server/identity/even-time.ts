import { setTimeout as sleep } from "node:timers/promises";

/** More than the slowest way through these verbs takes on a machine that is not overloaded. */
const answerMs = 400;

/**
 * Answers (or fails) no sooner than after a fixed time, so that a stopwatch cannot tell an address that is
 * known from one that is not.
 */
export async function evenTime<Result>(work: () => Promise<Result>): Promise<Result> {
  const [outcome] = await Promise.allSettled([work(), sleep(answerMs)]);
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}
