"use client";

import type { ReactNode } from "react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ListTodo, Plus } from "lucide-react";
import { useQueryStates } from "nuqs";
import {
  isNarrowed,
  tasksInput,
  tasksSearch,
  type TaskSort,
} from "#app/(console)/[org]/_tasks/search-params.ts";
import { useTaskAccess } from "#app/(console)/[org]/_tasks/task-access.tsx";
import { taskColumns, taskSortOptions } from "#app/(console)/[org]/_tasks/task-columns.tsx";
import { TaskFilters } from "#app/(console)/[org]/_tasks/task-filters.tsx";
import { TaskSheet } from "#app/(console)/[org]/_tasks/task-sheet.tsx";
import { useOpenTask } from "#app/(console)/[org]/_tasks/use-open-task.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { ListTable } from "#app/_ui/data-table/list-table.tsx";
import { firstPage } from "#app/_ui/data-table/paging.ts";
import { SearchInput } from "#app/_ui/data-table/search-input.tsx";
import type { Sort } from "#app/_ui/data-table/sorting.ts";
import { SortMenu, TableToolbar } from "#app/_ui/data-table/toolbar.tsx";
import { FirstUse } from "#app/_ui/empty-state.tsx";

type TasksTableProps = {
  /** The list of one project; without it, of all of them. */
  project?: { id: string; name: string };
};

const noFilters = { q: null, status: null, assignee: null, due: null, ...firstPage };

/** Tasks with search, filters, order and pages, all kept in the address; a task opens beside the list. */
export function TasksTable({ project }: TasksTableProps) {
  const api = useApi();
  const [search, setSearch] = useQueryStates(tasksSearch);
  const input = tasksInput(search, project?.id);
  const tasks = useQuery({ ...api.tasks.list.queryOptions(input), placeholderData: keepPreviousData });
  const sort: Sort<TaskSort> = { by: search.sort, direction: search.dir };
  const narrowed = isNarrowed(search);
  const narrow = (change: Partial<typeof search>) => void setSearch({ ...change, ...firstPage });
  const order = (next: Sort<TaskSort>) => narrow({ sort: next.by, dir: next.direction });
  const clear = () => void setSearch(noFilters);
  return (
    <>
      <TableToolbar
        search={<SearchInput label="Search tasks" value={search.q} onSearch={(q) => narrow({ q })} />}
        filters={<TaskFilters search={search} onChange={narrow} rows={tasks.data?.items ?? []} />}
        onClear={narrowed ? clear : null}
        sortMenu={<SortMenu sort={sort} options={taskSortOptions} onSortChange={order} />}
      />
      <ListTable
        label={project ? `Tasks of ${project.name}` : "Tasks"}
        what="tasks"
        query={tasks}
        columns={project ? taskColumns.ofProject : taskColumns.ofAll}
        sort={sort}
        sortOptions={taskSortOptions}
        onSortChange={order}
        pageNumber={search.page}
        onTurn={(change) => void setSearch(change, { history: "push", scroll: true })}
        onClear={narrowed ? clear : null}
        firstUse={<NoTasksYet project={project} />}
      />
      <TaskSheet project={project} />
    </>
  );
}

function NoTasksYet({ project }: TasksTableProps): ReactNode {
  return (
    <FirstUse
      icon={<ListTodo />}
      title={project ? "No tasks in this project yet" : "No tasks yet"}
      text="A task is one piece of work with a status, a person and, where it matters, a date."
      action={<NewTaskButton variant="primary" />}
    />
  );
}

/** Opens the sheet for a new task; says why where the member may not. */
export function NewTaskButton({ variant = "primary" }: { variant?: "primary" | "secondary" }) {
  const { open } = useOpenTask();
  const { whyNotWrite } = useTaskAccess();
  return (
    <Button variant={variant} disabledReason={whyNotWrite} onClick={() => open("new")}>
      <Plus aria-hidden />
      New task
    </Button>
  );
}
