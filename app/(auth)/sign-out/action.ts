"use server";

import type { Answer } from "#app/(auth)/_form/answer.ts";
import { answering } from "#app/(auth)/_form/answering.ts";
import { signOutHere } from "#server/identity/auth.ts";

/** Ends this browser's session, on the server first. */
export async function signOutAction(): Promise<Answer<null>> {
  return answering(async () => {
    await signOutHere();
    return null;
  });
}
