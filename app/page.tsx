import { redirect } from "next/navigation";
import { serverApi } from "#app/_trpc/server.tsx";
import { currentSession } from "#server/identity/current-session.ts";

/** The door of the house: leads to the person's first organization, to making one, or to signing in. */
export default async function Page() {
  const session = await currentSession();
  if (!session) redirect("/sign-in");
  if (!session.emailConfirmed) redirect("/check-mail");
  const { api, queryClient } = serverApi(null);
  const { organizations, operator } = await queryClient.fetchQuery(api.session.me.queryOptions());
  const [first] = organizations;
  if (first) redirect(`/${first.slug}`);
  redirect(operator ? "/operator" : "/organizations/new");
}
