"use client";

import { Archive, Ellipsis } from "lucide-react";
import { ProjectActions } from "#app/(console)/[org]/_projects/project-actions.tsx";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import type { ProjectRow } from "#server/projects/schema.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { rowControl, RowLink } from "#app/_ui/data-table/row-link.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";

type CellProps = { project: ProjectRow };

/** The name, which leads to the project, over a line of its description. */
export function ProjectNameCell({ project }: CellProps) {
  const { slug } = useOrganization();
  return (
    <div className="min-w-0 md:py-2">
      <div className="flex items-center gap-2">
        <RowLink href={`/${slug}/projects/${project.id}`}>{project.name}</RowLink>
        {project.status === "archived" && <Badge icon={<Archive aria-hidden />}>Archived</Badge>}
      </div>
      {project.description && <p className="clip-line text-sm text-ink-subtle">{project.description}</p>}
    </div>
  );
}

/** How much of the project's work is done. */
export function ProjectProgressCell({ project }: CellProps) {
  const { open, done } = project.taskCounts;
  const total = open + done;
  if (total === 0) return <span className="text-sm text-ink-subtle">No tasks</span>;
  return (
    <span className="flex items-center gap-2.5 text-sm">
      <span aria-hidden className="h-1.5 w-20 overflow-hidden rounded-full bg-pressed">
        <span
          className="block h-full rounded-full bg-success"
          style={{ width: `${(done / total) * 100}%` }}
        />
      </span>
      <span className="tabular">
        {done}
        <span className="sr-only"> of </span>
        <span aria-hidden className="text-ink-subtle">
          {" / "}
        </span>
        {total}
        <span className="sr-only"> tasks done</span>
      </span>
    </span>
  );
}

/** What else can be done with a project. */
export function ProjectActionsCell({ project }: CellProps) {
  return (
    <span className={rowControl}>
      <ProjectActions
        project={project}
        trigger={
          <IconButton label={`Actions for ${project.name}`} plain size="sm">
            <Ellipsis aria-hidden />
          </IconButton>
        }
      />
    </span>
  );
}
