import { RolePage } from "#app/(console)/[org]/roles/[roleId]/role-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Hydrate, orNotFound } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

type Params = { org: string; roleId: string };

export async function generateMetadata({ params }: Pick<PageInput<Params>, "params">) {
  const { org, roleId } = await params;
  const { api, queryClient } = await openOrganization(org, `/roles/${roleId}`);
  const role = await orNotFound(queryClient.fetchQuery(api.roles.get.queryOptions({ id: roleId })));
  return { title: role.name };
}

export default async function Page({ params }: PageInput<Params>) {
  const { org, roleId } = await params;
  const { api, queryClient } = await openOrganization(org, `/roles/${roleId}`);
  await orNotFound(queryClient.fetchQuery(api.roles.get.queryOptions({ id: roleId })));
  await queryClient.prefetchQuery(api.roles.permissions.queryOptions());
  return (
    <Hydrate queryClient={queryClient}>
      <RolePage id={roleId} />
    </Hydrate>
  );
}
