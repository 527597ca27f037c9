import type { Metadata } from "next";
import { loadTasksSearch, tasksInput } from "#app/(console)/[org]/_tasks/search-params.ts";
import { TasksPage } from "#app/(console)/[org]/tasks/tasks-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import { Prefetched } from "#app/_trpc/server.tsx";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Tasks" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const search = await searchParams;
  const { api, queryClient } = await openOrganization(org, "/tasks", search);
  const until = queryClient.prefetchQuery(api.tasks.list.queryOptions(tasksInput(loadTasksSearch(search))));
  return (
    <Prefetched queryClient={queryClient} until={until}>
      <TasksPage />
    </Prefetched>
  );
}
