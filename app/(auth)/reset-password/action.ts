"use server";

import type { Answer } from "#app/(auth)/_form/answer.ts";
import { answering } from "#app/(auth)/_form/answering.ts";
import { signInHere } from "#server/identity/auth.ts";
import { resetPassword } from "#server/identity/reset-password.ts";
import { ResetPassword } from "#server/identity/schema.ts";

/** Sets the password that the link is for, and signs this browser in with it. */
export async function resetPasswordAction(given: unknown): Promise<Answer<null>> {
  return answering(async (door) => {
    const input = ResetPassword.parse(given);
    const { email } = await resetPassword(input, door);
    await signInHere({ email, password: input.password });
    return null;
  });
}
