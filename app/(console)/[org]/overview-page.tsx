"use client";

import { useQuery } from "@tanstack/react-query";
import { FolderKanban } from "lucide-react";
import { ActivityCard } from "#app/(console)/[org]/_overview/activity-card.tsx";
import { CompletedCard, StatusCard } from "#app/(console)/[org]/_overview/chart-cards.tsx";
import { CountTiles } from "#app/(console)/[org]/_overview/count-tiles.tsx";
import { MyTasksCard } from "#app/(console)/[org]/_overview/my-tasks-card.tsx";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";
import { Card } from "#app/_ui/card.tsx";
import { FirstUse } from "#app/_ui/empty-state.tsx";
import { OverviewSkeleton } from "#app/(console)/[org]/_overview/overview-skeleton.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import type { Overview } from "#server/projects/schema.ts";

/** How the organization stands today, at a glance. */
export function OverviewPage() {
  const api = useApi();
  const { name } = useOrganization();
  const overview = useQuery(api.organization.overview.queryOptions());
  return (
    <>
      <PageHeader title="Overview" description={`How ${name} stands today.`} />
      {overview.data ? (
        <Standing overview={overview.data} />
      ) : overview.isError ? (
        <Card>
          <LoadProblem error={overview.error} onRetry={overview.refetch} />
        </Card>
      ) : (
        <OverviewSkeleton />
      )}
    </>
  );
}

function Standing({ overview }: { overview: Overview }) {
  const { can } = useAccess();
  const { activeProjects, archivedProjects } = overview.counts;
  const begun = activeProjects + archivedProjects > 0;
  const worked = begun && can("tasks.read");
  return (
    <div className="flex flex-col gap-4">
      <CountTiles counts={overview.counts} />
      {can("projects.read") && !begun && <FirstProject />}
      <div className="grid gap-4 lg:grid-cols-[3fr_2fr]">
        {worked && (
          <div className="flex min-w-0 flex-col gap-4">
            <CompletedCard days={overview.completedByDay} />
            <MyTasksCard tasks={overview.myTasks} />
          </div>
        )}
        <div className="flex min-w-0 flex-col gap-4">
          {worked && <StatusCard counts={overview.tasksByStatus} />}
          <ActivityCard entries={overview.recentActivity} />
        </div>
      </div>
    </div>
  );
}

function FirstProject() {
  const { slug } = useOrganization();
  const { can } = useAccess();
  return (
    <Card>
      <FirstUse
        icon={<FolderKanban />}
        title="Begin with a project"
        text={
          can("projects.write")
            ? "A project gathers the tasks of one piece of work. Once there is one, this page shows how it goes."
            : "Once somebody has made a project, this page shows how it goes."
        }
        action={
          can("projects.write") && (
            <ButtonLink variant="primary" href={`/${slug}/projects?project=new`}>
              Create the first project
            </ButtonLink>
          )
        }
      />
    </Card>
  );
}
