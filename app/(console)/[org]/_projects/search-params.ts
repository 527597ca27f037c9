import { createLoader, parseAsString, parseAsStringLiteral, type inferParserType } from "nuqs/server";
import type { Inputs } from "#app/_trpc/types.ts";
import { pageSize, pagingParsers } from "#app/_ui/data-table/paging.ts";
import { projectStatuses, type ListProjects } from "#server/projects/schema.ts";

export type ProjectSort = ListProjects["sort"]["by"];

const projectSorts = ["updatedAt", "createdAt", "name"] as const satisfies readonly ProjectSort[];

/** The state of the project list as it stands in the address. */
export const projectsSearch = {
  q: parseAsString.withDefault(""),
  /** Archived projects are out of the way unless they are asked for; "all" shows both. */
  status: parseAsStringLiteral([...projectStatuses, "all"]).withDefault("active"),
  sort: parseAsStringLiteral(projectSorts).withDefault("updatedAt"),
  dir: parseAsStringLiteral(["asc", "desc"]).withDefault("desc"),
  ...pagingParsers,
};

/** "new" while the dialog for a new project stands open. */
export const openProject = { project: parseAsString };

export const loadProjectsSearch = createLoader(projectsSearch);

type ProjectsSearch = inferParserType<typeof projectsSearch>;

/** The call behind the list; server and browser must build the same one, or the prefetched page is not found. */
export function projectsInput(search: ProjectsSearch): Inputs["projects"]["list"] {
  return {
    ...(search.q ? { search: search.q } : {}),
    ...(search.status === "all" ? {} : { status: search.status }),
    ...(search.cursor ? { cursor: search.cursor } : {}),
    sort: { by: search.sort, direction: search.dir },
    limit: pageSize,
  };
}
