import { getTRPCErrorFromUnknown, TRPCError } from "@trpc/server";
import { headers } from "next/headers";
import { ZodError } from "zod";
import type { Answer } from "#app/(auth)/_form/answer.ts";
import { wireError } from "#server/api/error-map.ts";
import { accountDoor, type AccountDoor } from "#server/identity/account-door.ts";

/** Runs a server action's work and answers its result, or its refusal in the form that the API has. */
export async function answering<Result>(
  work: (door: AccountDoor) => Promise<Result>,
): Promise<Answer<Result>> {
  const door = accountDoor(await headers());
  try {
    return { ok: true, result: await work(door) };
  } catch (error) {
    const known =
      error instanceof ZodError
        ? new TRPCError({ code: "BAD_REQUEST", cause: error })
        : getTRPCErrorFromUnknown(error);
    const refused = wireError(known, door.request.id);
    if (refused.data.httpStatus === 500) door.log.error({ err: error }, "a form's action failed");
    return { ok: false, error: refused };
  }
}
