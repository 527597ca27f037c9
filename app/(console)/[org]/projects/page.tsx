import type { Metadata } from "next";
import { loadProjectsSearch, projectsInput } from "#app/(console)/[org]/_projects/search-params.ts";
import { ProjectsPage } from "#app/(console)/[org]/projects/projects-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Projects" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const search = await searchParams;
  const { api, queryClient } = await openOrganization(org, "/projects", search);
  const until = queryClient.prefetchQuery(
    api.projects.list.queryOptions(projectsInput(loadProjectsSearch(search))),
  );
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <ProjectsPage />
    </Prefetched>
  );
}
