"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useQueryStates } from "nuqs";
import { NoTasks } from "#app/(console)/[org]/_tasks/no-tasks.tsx";
import {
  isNarrowed,
  tasksInput,
  tasksSearch,
  type TaskSort,
} from "#app/(console)/[org]/_tasks/search-params.ts";
import { taskColumns, taskSortOptions } from "#app/(console)/[org]/_tasks/task-columns.tsx";
import { TaskFilters } from "#app/(console)/[org]/_tasks/task-filters.tsx";
import { TaskSheet } from "#app/(console)/[org]/_tasks/task-sheet.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { ListTable } from "#app/_ui/data-table/list-table.tsx";
import { firstPage } from "#app/_ui/data-table/paging.ts";
import { SearchInput } from "#app/_ui/data-table/search-input.tsx";
import type { Sort } from "#app/_ui/data-table/sorting.ts";
import { SortMenu, TableToolbar } from "#app/_ui/data-table/toolbar.tsx";

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
        firstUse={<NoTasks inProject={project !== undefined} />}
      />
      <TaskSheet project={project} />
    </>
  );
}
