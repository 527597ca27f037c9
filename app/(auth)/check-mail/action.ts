"use server";

import type { Answer } from "#app/(auth)/_form/answer.ts";
import { answering } from "#app/(auth)/_form/answering.ts";
import { resendConfirmation } from "#server/identity/confirm-email.ts";
import { AskForMail } from "#server/identity/schema.ts";

/** Sends another confirmation mail where one is waited for; the answer is always the same. */
export async function resendAction(given: unknown): Promise<Answer<null>> {
  return answering(async (door) => {
    await resendConfirmation(AskForMail.parse(given), door);
    return null;
  });
}
