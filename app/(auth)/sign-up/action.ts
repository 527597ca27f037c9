"use server";

import type { Answer } from "#app/(auth)/_form/answer.ts";
import { answering } from "#app/(auth)/_form/answering.ts";
import { SignUp } from "#server/identity/schema.ts";
import { signUp } from "#server/identity/sign-up.ts";

/** Takes a sign-up and answers the address that a mail is on its way to. */
export async function signUpAction(given: unknown): Promise<Answer<{ email: string }>> {
  return answering(async (door) => {
    const input = SignUp.parse(given);
    await signUp(input, door);
    return { email: input.email };
  });
}
