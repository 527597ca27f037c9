"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { CreateTaskForm } from "#app/(console)/[org]/_tasks/create-task-form.tsx";
import { EditTaskForm } from "#app/(console)/[org]/_tasks/edit-task-form.tsx";
import { useTaskAccess } from "#app/(console)/[org]/_tasks/task-access.tsx";
import { useOpenTask } from "#app/(console)/[org]/_tasks/use-open-task.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { Sheet, SheetBody } from "#app/_ui/sheet.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

type TaskSheetProps = { project?: { id: string; name: string } };

/** The task that the address names, beside its list; asks before it throws away what was typed. */
export function TaskSheet({ project }: TaskSheetProps) {
  const { openId: taskId, close } = useOpenTask();
  const { whyNotWrite } = useTaskAccess();
  // While the sheet slides out the address names no task any more, but the task is still seen.
  const [shown, setShown] = useState(taskId);
  const [dirty, setDirty] = useState(false);
  const [asking, setAsking] = useState(false);
  if (taskId !== null && taskId !== shown) {
    setShown(taskId);
    setDirty(false);
  }
  const creating = shown === "new";
  const leave = () => {
    setDirty(false);
    close();
  };
  return (
    <>
      <Sheet
        open={taskId !== null}
        onOpenChange={(open) => {
          if (open) return;
          if (dirty) setAsking(true);
          else leave();
        }}
        title={creating ? "New task" : whyNotWrite ? "Task" : "Edit task"}
        description={creating && project ? `in ${project.name}` : undefined}
      >
        {shown === null ? null : creating ? (
          <CreateTaskForm project={project} onDirtyChange={setDirty} onDone={leave} />
        ) : (
          <TaskLoader key={shown} id={shown} onDirtyChange={setDirty} onDone={leave} />
        )}
      </Sheet>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Discard your changes?"
        consequence="What you typed here has not been saved and will be lost."
        confirmLabel="Discard changes"
        cancelLabel="Keep editing"
        onConfirm={async () => leave()}
      />
    </>
  );
}

type TaskLoaderProps = { id: string; onDirtyChange: (dirty: boolean) => void; onDone: () => void };

function TaskLoader({ id, onDirtyChange, onDone }: TaskLoaderProps) {
  const api = useApi();
  const task = useQuery(api.tasks.get.queryOptions({ id }));
  if (task.data) return <EditTaskForm task={task.data} onDirtyChange={onDirtyChange} onDone={onDone} />;
  return (
    <SheetBody>
      {task.isError ? (
        <LoadProblem error={task.error} onRetry={task.refetch} />
      ) : (
        <>
          <LoadingNote>Loading the task</LoadingNote>
          <Skeleton className="h-9" />
          <Skeleton className="h-24" />
          <Skeleton className="h-9 w-1/2" />
        </>
      )}
    </SheetBody>
  );
}
