"use server";

import type { Answer } from "#app/(auth)/_form/answer.ts";
import { answering } from "#app/(auth)/_form/answering.ts";
import { signInHere } from "#server/identity/auth.ts";
import { localPath } from "#server/identity/local-path.ts";
import { SignIn } from "#server/identity/schema.ts";

/** Signs this browser in and answers where to go on: to `next` only when that is a path of ours. */
export async function signInAction(given: unknown, next: unknown): Promise<Answer<{ goTo: string }>> {
  return answering(async () => {
    const { emailConfirmed } = await signInHere(SignIn.parse(given));
    return { goTo: emailConfirmed ? (localPath(next) ?? "/") : "/check-mail" };
  });
}
