"use client";

import Link from "next/link";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { DueCell, StatusCell } from "#app/(console)/[org]/_tasks/task-cells.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";
import { Card, CardHeader } from "#app/_ui/card.tsx";
import { AllCleared } from "#app/_ui/empty-state.tsx";
import type { TaskRow } from "#server/projects/schema.ts";

/** The member's next open tasks, the most urgent first. */
export function MyTasksCard({ tasks }: { tasks: readonly TaskRow[] }) {
  const { slug, me } = useOrganization();
  return (
    <Card>
      <CardHeader
        title="Your tasks"
        actions={
          tasks.length > 0 && (
            <ButtonLink variant="link" href={`/${slug}/tasks?assignee=${me.memberId}&sort=dueOn&dir=asc`}>
              All your tasks
            </ButtonLink>
          )
        }
      />
      {tasks.length === 0 ? (
        <AllCleared
          title="Nothing waits for you"
          text="Tasks that are assigned to you and not done appear here."
        />
      ) : (
        <ul className="pb-2">
          {tasks.map((task) => (
            <TaskLine key={task.id} task={task} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function TaskLine({ task }: { task: TaskRow }) {
  const { slug } = useOrganization();
  return (
    <li className="group/row relative flex items-center gap-3 px-5 py-2 hover:bg-hover">
      <StatusCell task={task} compact />
      <div className="min-w-0 flex-1">
        <Link
          prefetch={false}
          href={`/${slug}/projects/${task.projectId}?task=${task.id}`}
          className="clip-line block font-medium text-ink outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
        >
          {task.title}
        </Link>
        <p className="clip-line text-sm text-ink-subtle">{task.projectName}</p>
      </div>
      <DueCell task={task} />
    </li>
  );
}
