"use server";

import type { Answer } from "#app/(auth)/_form/answer.ts";
import { answering } from "#app/(auth)/_form/answering.ts";
import { requestPasswordReset } from "#server/identity/reset-password.ts";
import { AskForMail } from "#server/identity/schema.ts";

/** Sends a link for a new password where there is an account; the answer is always the same. */
export async function forgotPasswordAction(given: unknown): Promise<Answer<{ email: string }>> {
  return answering(async (door) => {
    const input = AskForMail.parse(given);
    await requestPasswordReset(input, door);
    return { email: input.email };
  });
}
