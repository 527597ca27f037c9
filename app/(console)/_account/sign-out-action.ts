"use server";

import { signOutHere } from "#server/identity/auth.ts";

/** Ends the session of this browser: its row, then its cookie. */
export async function endSession(): Promise<void> {
  await signOutHere();
}
