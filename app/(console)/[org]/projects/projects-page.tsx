"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Archive, Circle, Layers } from "lucide-react";
import { useQueryState, useQueryStates } from "nuqs";
import { ProjectDialog } from "#app/(console)/[org]/_projects/project-dialog.tsx";
import {
  openProject,
  projectsInput,
  projectsSearch,
  type ProjectSort,
} from "#app/(console)/[org]/_projects/search-params.ts";
import { NewProjectButton, NoProjects } from "#app/(console)/[org]/projects/no-projects.tsx";
import { projectColumns, projectSortOptions } from "#app/(console)/[org]/projects/project-columns.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { FilterMenu } from "#app/_ui/data-table/filter-menu.tsx";
import { ListTable } from "#app/_ui/data-table/list-table.tsx";
import { firstPage } from "#app/_ui/data-table/paging.ts";
import { SearchInput } from "#app/_ui/data-table/search-input.tsx";
import type { Sort } from "#app/_ui/data-table/sorting.ts";
import { SortMenu, TableToolbar } from "#app/_ui/data-table/toolbar.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";

const statusOptions = [
  { value: "active", label: "Active", icon: <Circle aria-hidden /> },
  { value: "archived", label: "Archived", icon: <Archive aria-hidden /> },
  { value: "all", label: "All", icon: <Layers aria-hidden /> },
] as const;

const noFilters = { q: null, status: null, ...firstPage };

/** All projects of the organization. */
export function ProjectsPage() {
  const api = useApi();
  const [search, setSearch] = useQueryStates(projectsSearch);
  const [dialog, setDialog] = useQueryState("project", openProject.project);
  const projects = useQuery({
    ...api.projects.list.queryOptions(projectsInput(search)),
    placeholderData: keepPreviousData,
  });
  const sort: Sort<ProjectSort> = { by: search.sort, direction: search.dir };
  const narrowed = search.q !== "" || search.status !== "active";
  const narrow = (change: Partial<typeof search>) => void setSearch({ ...change, ...firstPage });
  const order = (next: Sort<ProjectSort>) => narrow({ sort: next.by, dir: next.direction });
  const clear = () => void setSearch(noFilters);
  const openNew = () => void setDialog("new");
  return (
    <>
      <PageHeader
        title="Projects"
        description="Each project gathers the tasks of one piece of work."
        actions={<NewProjectButton onClick={openNew} />}
      />
      <TableToolbar
        search={<SearchInput label="Search projects" value={search.q} onSearch={(q) => narrow({ q })} />}
        filters={
          <FilterMenu
            label="Status"
            value={search.status}
            options={statusOptions}
            resting="active"
            onChange={(status) => narrow({ status: status ?? "active" })}
          />
        }
        onClear={narrowed ? clear : null}
        sortMenu={<SortMenu sort={sort} options={projectSortOptions} onSortChange={order} />}
      />
      <ListTable
        label="Projects"
        what="projects"
        query={projects}
        columns={projectColumns}
        sort={sort}
        sortOptions={projectSortOptions}
        onSortChange={order}
        pageNumber={search.page}
        onTurn={(change) => void setSearch(change, { history: "push", scroll: true })}
        onClear={narrowed ? clear : null}
        firstUse={<NoProjects onNew={openNew} onShowArchived={() => narrow({ status: "archived" })} />}
      />
      <ProjectDialog open={dialog === "new"} onOpenChange={(open) => void setDialog(open ? "new" : null)} />
    </>
  );
}
