import {
  createLoader,
  parseAsArrayOf,
  parseAsString,
  parseAsStringLiteral,
  type inferParserType,
} from "nuqs/server";
import type { Inputs } from "#app/_trpc/types.ts";
import { pageSize, pagingParsers } from "#app/_ui/data-table/paging.ts";
import { taskStatuses, type ListTasks } from "#server/projects/schema.ts";

export type TaskSort = ListTasks["sort"]["by"];

const taskSorts = [
  "createdAt",
  "updatedAt",
  "dueOn",
  "status",
  "title",
] as const satisfies readonly TaskSort[];
const dueFilters = ["overdue", "week", "none"] as const satisfies readonly ListTasks["due"][];

/** The state of a task list as it stands in the address. */
export const tasksSearch = {
  q: parseAsString.withDefault(""),
  status: parseAsArrayOf(parseAsStringLiteral(taskStatuses)).withDefault([]),
  /** A member's id, or "none". */
  assignee: parseAsString,
  due: parseAsStringLiteral(dueFilters),
  sort: parseAsStringLiteral(taskSorts).withDefault("createdAt"),
  dir: parseAsStringLiteral(["asc", "desc"]).withDefault("desc"),
  ...pagingParsers,
};

export const loadTasksSearch = createLoader(tasksSearch);

export type TasksSearch = inferParserType<typeof tasksSearch>;

/** The call behind a list; server and browser must build the same one, or the prefetched page is not found. */
export function tasksInput(search: TasksSearch, projectId?: string): Inputs["tasks"]["list"] {
  return {
    ...(projectId ? { projectId } : {}),
    ...(search.q ? { search: search.q } : {}),
    ...(search.status.length > 0 ? { statuses: search.status } : {}),
    ...(search.assignee ? { assigneeId: search.assignee } : {}),
    ...(search.due ? { due: search.due } : {}),
    ...(search.cursor ? { cursor: search.cursor } : {}),
    sort: { by: search.sort, direction: search.dir },
    limit: pageSize,
  };
}

/** Whether anything narrows the list, so that an empty one is "no results" and not "first use". */
export function isNarrowed(search: TasksSearch): boolean {
  return Boolean(search.q || search.status.length > 0 || search.assignee || search.due);
}
