import { TRPCError } from "@trpc/server";
import { wireError } from "../api/error-map.ts";
import { AppError } from "../platform/errors.ts";

/** How a call was refused, as its caller is told. Fails the test when the call went through. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ code: string; reason: string; field: string | null }> {
  const error: unknown = await call.then(
    () => new Error("the call was not refused"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) {
    return { code: error.code, reason: error.reason, field: error.field ?? null };
  }
  if (!(error instanceof TRPCError)) throw error;
  const { code, reason, field } = wireError(error, null).data;
  return { code, reason, field };
}
