import { createTRPCClient, httpLink, TRPCClientError } from "@trpc/client";
import superjson from "superjson";
import type { AppRouter } from "../server/api/root.ts";
import type { SessionState } from "./people.ts";

export type Api = ReturnType<typeof apiOf>;

/** The API over HTTP with the cookies of a session, in one organization (null: the account's own procedures). */
export function apiOf(baseURL: string, state: SessionState, organization: string | null) {
  const cookie = state.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const url = new URL(`/api/trpc/${encodeURIComponent(organization ?? "-")}`, baseURL).href;
  return createTRPCClient<AppRouter>({
    links: [httpLink({ url, transformer: superjson, headers: cookie ? { cookie } : {} })],
  });
}

/** How a call was refused: status and reason. Throws when it was not. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  const answer = await call.then(
    () => "answered",
    (error: unknown) => error,
  );
  if (!(answer instanceof TRPCClientError)) throw new Error("The call was not refused.", { cause: answer });
  const { httpStatus, reason } = answer.data as { httpStatus: number; reason: string };
  return `${httpStatus} ${reason}`;
}
