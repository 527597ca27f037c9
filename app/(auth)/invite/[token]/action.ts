"use server";

import { TRPCError } from "@trpc/server";
import type { Answer } from "#app/(auth)/_form/answer.ts";
import { answering } from "#app/(auth)/_form/answering.ts";
import { signInHere } from "#server/identity/auth.ts";
import { currentSession } from "#server/identity/current-session.ts";
import { acceptInvite, joinByInvite } from "#server/invites/accept.ts";
import { InviteLink, JoinByInvite } from "#server/invites/schema.ts";

/** Accepts as who is signed in; answers the organization's address. */
export async function acceptInviteAction(given: unknown): Promise<Answer<{ slug: string }>> {
  return answering(async (door) => {
    const input = InviteLink.parse(given);
    const session = await currentSession();
    if (!session) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
    const { slug } = await acceptInvite(input, door, session);
    return { slug };
  });
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
