import { loadTasksSearch, tasksInput } from "#app/(console)/[org]/_tasks/search-params.ts";
import { ProjectPage } from "#app/(console)/[org]/projects/[projectId]/project-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { orNotFound, Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

type Props = PageInput<{ org: string; projectId: string }>;

async function openProject({ params, searchParams }: Props) {
  const { org, projectId } = await params;
  const search = await searchParams;
  const { api, queryClient } = await openOrganization(org, `/projects/${projectId}`, search);
  const project = await orNotFound(queryClient.fetchQuery(api.projects.get.queryOptions({ id: projectId })));
  return { api, queryClient, search, project };
}

export async function generateMetadata(props: Props) {
  const { project } = await openProject(props);
  return { title: project.name };
}

export default async function Page(props: Props) {
  const { api, queryClient, search, project } = await openProject(props);
  const input = tasksInput(loadTasksSearch(search), project.id);
  const until = queryClient.prefetchQuery(api.tasks.list.queryOptions(input));
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <ProjectPage projectId={project.id} />
    </Prefetched>
  );
}
