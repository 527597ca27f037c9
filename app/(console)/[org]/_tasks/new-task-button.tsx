"use client";

import { Plus } from "lucide-react";
import { useTaskAccess } from "#app/(console)/[org]/_tasks/task-access.tsx";
import { useOpenTask } from "#app/(console)/[org]/_tasks/use-open-task.ts";
import { Button } from "#app/_ui/button.tsx";

/** Opens the sheet for a new task; says why where the member may not. */
export function NewTaskButton() {
  const { open } = useOpenTask();
  const { whyNotWrite } = useTaskAccess();
  return (
    <Button variant="primary" disabledReason={whyNotWrite} onClick={() => open("new")}>
      <Plus aria-hidden />
      New task
    </Button>
  );
}
