import "server-only";
import { redirect } from "next/navigation";
import { serverApi } from "#app/_trpc/server.tsx";
import { currentSession } from "#server/identity/current-session.ts";

/** Begins every page that belongs to the person and to no organization; signs in first where needed. */
export async function openAccount(path: string) {
  if (!(await currentSession())) redirect(`/sign-in?next=${encodeURIComponent(path)}`);
  const { api, queryClient } = serverApi(null);
  const me = await queryClient.fetchQuery(api.session.me.queryOptions());
  return { api, queryClient, me };
}
