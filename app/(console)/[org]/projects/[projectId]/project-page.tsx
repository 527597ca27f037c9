"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import { Archive, ArchiveRestore, Ellipsis } from "lucide-react";
import { useArchiveProject } from "#app/(console)/[org]/_projects/mutations.ts";
import { ProjectActions } from "#app/(console)/[org]/_projects/project-actions.tsx";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { ArchivedProject } from "#app/(console)/[org]/_tasks/task-access.tsx";
import { NewTaskButton } from "#app/(console)/[org]/_tasks/new-task-button.tsx";
import { TasksTable } from "#app/(console)/[org]/_tasks/tasks-table.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import { IconButton } from "#app/_ui/icon-button.tsx";
import type { ProjectRow } from "#server/projects/schema.ts";

/** One project: what it is, and its tasks. */
export function ProjectPage({ projectId }: { projectId: string }) {
  const api = useApi();
  const go = useGo();
  const { slug } = useOrganization();
  const { data: project } = useSuspenseQuery(api.projects.get.queryOptions({ id: projectId }));
  const archived = project.status === "archived";
  return (
    <ArchivedProject archived={archived}>
      <PageHeader
        title={project.name}
        description={project.description || undefined}
        trail={[{ href: `/${slug}/projects`, label: "Projects" }]}
        aside={archived && <Badge icon={<Archive aria-hidden />}>Archived</Badge>}
        actions={
          <>
            <ProjectActions
              project={project}
              onDeleted={() => go(`/${slug}/projects`)}
              trigger={
                <IconButton label="Project actions" className="border border-line-strong">
                  <Ellipsis aria-hidden />
                </IconButton>
              }
            />
            <NewTaskButton />
          </>
        }
      />
      {archived && <ArchivedNotice project={project} />}
      <TasksTable project={project} />
    </ArchivedProject>
  );
}

function ArchivedNotice({ project }: { project: ProjectRow }) {
  const { why } = useAccess();
  const { unarchive } = useArchiveProject();
  return (
    <Banner
      tone="info"
      className="mb-5"
      title="This project is archived."
      actions={
        <Button size="sm" disabledReason={why("projects.write")} onClick={() => void unarchive(project)}>
          <ArchiveRestore aria-hidden />
          Bring back
        </Button>
      }
    >
      Its tasks can be read, but not changed.
    </Banner>
  );
}
