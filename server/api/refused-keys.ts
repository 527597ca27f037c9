import type { AccountDoor } from "../identity/account-door.ts";
import { countAttempt } from "../identity/attempt-limits.ts";
import { AppError } from "../platform/errors.ts";

const counted = new Set<string>(["api_key_malformed", "api_key_unknown", "api_key_revoked", "api_key_idle"]);

/**
 * Looks a key up and counts it against its caller's network when it is refused, and only then: good keys behind
 * the same address go through, however many bad ones come from there. Throws what the look-up throws, and AppError
 * too_many_attempts in its place once that is used up.
 */
export async function countingRefusals<Result>(
  door: AccountDoor,
  look: () => Promise<Result>,
): Promise<Result> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof AppError && counted.has(error.reason)) await countAttempt(door, "apiKey", null);
    throw error;
  }
}
