"use client";

import { NewTaskButton } from "#app/(console)/[org]/_tasks/new-task-button.tsx";
import { TasksTable } from "#app/(console)/[org]/_tasks/tasks-table.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";

/** The tasks of all active projects. */
export function TasksPage() {
  return (
    <>
      <PageHeader title="Tasks" description="Across all active projects." actions={<NewTaskButton />} />
      <TasksTable />
    </>
  );
}
