"use server";

import { TRPCError } from "@trpc/server";
import { redirect } from "next/navigation";
import type { Answer } from "#app/(auth)/_form/answer.ts";
import { answering } from "#app/(auth)/_form/answering.ts";
import { signInHere } from "#server/identity/auth.ts";
import { currentSession } from "#server/identity/current-session.ts";
import { acceptInvite, joinByInvite } from "#server/invites/accept.ts";
import { InviteLink, JoinByInvite } from "#server/invites/schema.ts";

/** Accepts as who is signed in, and goes into the organization; answers why not. */
export async function acceptInviteAction(_before: string | null, form: FormData): Promise<string | null> {
  const answer = await answering(async (door) => {
    const input = InviteLink.parse({ token: form.get("token") });
    const session = await currentSession();
    if (!session) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
    return acceptInvite(input, door, session);
  });
  if (!answer.ok) return answer.error.message;
  redirect(`/${answer.result.slug}`);
}

/** Makes an account for the invite's address, accepts with it, and signs this browser in. */
export async function joinByInviteAction(given: unknown): Promise<Answer<{ slug: string }>> {
  return answering(async (door) => {
    const input = JoinByInvite.parse(given);
    const { slug, email } = await joinByInvite(input, door);
    await signInHere({ email, password: input.password });
    return { slug };
  });
}
