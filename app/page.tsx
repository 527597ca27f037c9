import { redirect } from "next/navigation";
import { serverApi } from "#app/_trpc/server.tsx";
import { currentSession } from "#server/identity/current-session.ts";

/** The door of the house: leads to the person's first organization, to making one, or to signing in. */
export default async function Page() {
  if (!(await currentSession())) redirect("/sign-in");
  const { api, queryClient } = serverApi(null);
  const { organizations } = await queryClient.fetchQuery(api.session.me.queryOptions());
  const [first] = organizations;
  redirect(first ? `/${first.slug}` : "/organizations/new");
}
