"use client";

import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import type { TaskRow } from "#server/projects/schema.ts";
import { toastError, toastWithUndo } from "#app/_ui/toast.tsx";

type Api = ReturnType<typeof useApi>;
type TaskPage = Outputs["tasks"]["list"];

/** What a person may change of a task in place; the row shows it before the server has answered. */
export type TaskChange = {
  id: string;
  status?: TaskRow["status"];
  dueOn?: string | null;
  /** With the name, so that the row can show it at once. */
  assignee?: TaskRow["assignee"];
};

/** Everything that shows tasks or counts them is asked anew. */
export async function refreshTasks(queryClient: QueryClient, api: Api): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries(api.tasks.pathFilter()),
    queryClient.invalidateQueries(api.projects.pathFilter()),
    queryClient.invalidateQueries(api.organization.overview.queryFilter()),
  ]);
}

/** Changes one safe thing of a task at once on the screen, and takes it back when the server refuses. */
export function useChangeTask(): (change: TaskChange) => void {
  const api = useApi();
  const queryClient = useQueryClient();
  const update = useMutation(api.tasks.update.mutationOptions());
  return (change) => {
    const { assignee, ...rest } = change;
    const takeBack = showNow(queryClient, api, change);
    update
      .mutateAsync(assignee === undefined ? rest : { ...rest, assigneeId: assignee?.id ?? null })
      .catch((error: unknown) => {
        takeBack();
        toastError(error);
      })
      .finally(() => void refreshTasks(queryClient, api));
  };
}

/** Writes the change into every list that holds the task; returns what puts the old rows back. */
function showNow(queryClient: QueryClient, api: Api, change: TaskChange): () => void {
  const filter = api.tasks.list.queryFilter();
  // An answer that was asked for before the change would overwrite it.
  void queryClient.cancelQueries(filter);
  const before = queryClient.getQueriesData<TaskPage>(filter);
  const changed = (task: TaskRow): TaskRow => (task.id === change.id ? { ...task, ...change } : task);
  queryClient.setQueriesData<TaskPage>(filter, (page) => page && { ...page, items: page.items.map(changed) });
  queryClient.setQueriesData<Outputs["organization"]["overview"]>(
    api.organization.overview.queryFilter(),
    (overview) => overview && { ...overview, myTasks: overview.myTasks.map(changed) },
  );
  return () => {
    for (const [key, data] of before) queryClient.setQueryData(key, data);
  };
}

/** Deletes a task at once and offers to take it back. */
export function useDeleteTask(): (task: { id: string; title: string }) => Promise<void> {
  const api = useApi();
  const queryClient = useQueryClient();
  const refresh = () => refreshTasks(queryClient, api);
  const remove = useMutation(api.tasks.delete.mutationOptions({ onSettled: refresh }));
  const restore = useMutation(api.tasks.restore.mutationOptions({ onSettled: refresh }));
  return async ({ id, title }) => {
    try {
      await remove.mutateAsync({ id });
      toastWithUndo(`“${shorten(title)}” deleted`, () => restore.mutateAsync({ id }));
    } catch (error) {
      toastError(error);
    }
  };
}

const titleMax = 48;

function shorten(title: string): string {
  return title.length > titleMax ? `${title.slice(0, titleMax - 1).trimEnd()}…` : title;
}
