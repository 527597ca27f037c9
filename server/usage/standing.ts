import { AppError } from "../platform/errors.ts";
import type { Door } from "../tenancy/context.ts";

/**
 * Does what a job asks for. Nothing of an organization that is suspended or read-only can be written: what is left
 * undone there is asked for again by the round through all active ones, and is no failure.
 */
export async function whereWritable(door: Door, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "FORBIDDEN") throw error;
    door.log.info({ reason: error.reason }, "usage waits: nothing of this organization can be written now");
  }
}
