"use server";

import type { Answer } from "#app/(auth)/_form/answer.ts";
import { answering } from "#app/(auth)/_form/answering.ts";
import { signInHere } from "#server/identity/auth.ts";
import { confirmEmailChange } from "#server/identity/change-email.ts";
import { currentSession } from "#server/identity/current-session.ts";
import { ConfirmEmail } from "#server/identity/schema.ts";

/** Uses the link up; whoever proved it by the password is signed in at once. */
export async function changeEmailAction(given: unknown): Promise<Answer<null>> {
  return answering(async (door) => {
    const input = ConfirmEmail.parse(given);
    const { email } = await confirmEmailChange(input, door, await currentSession());
    if (input.password !== undefined) await signInHere({ email, password: input.password });
    return null;
  });
}
