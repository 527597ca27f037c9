"use client";

import { NewTaskButton, TasksTable } from "#app/(console)/[org]/_tasks/tasks-table.tsx";
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
