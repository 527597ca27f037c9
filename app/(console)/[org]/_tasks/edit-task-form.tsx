"use client";

import { useEffect } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import Link from "next/link";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { AssigneeField } from "#app/(console)/[org]/_tasks/assignee-field.tsx";
import { useTaskAccess } from "#app/(console)/[org]/_tasks/task-access.tsx";
import { refreshTasks, useDeleteTask } from "#app/(console)/[org]/_tasks/mutations.ts";
import { statusOptions } from "#app/(console)/[org]/_tasks/task-status.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Button } from "#app/_ui/button.tsx";
import { DateField } from "#app/_ui/date-picker.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input, Textarea } from "#app/_ui/input.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { Select } from "#app/_ui/select.tsx";
import { SheetBody, SheetFooter } from "#app/_ui/sheet.tsx";
import { UpdateTask } from "#server/projects/schema.ts";

type Task = Outputs["tasks"]["get"];
type EditTaskFormProps = { task: Task; onDirtyChange: (dirty: boolean) => void; onDone: () => void };

/** One task to read and change; only what was changed is sent. */
export function EditTaskForm({ task, onDirtyChange, onDone }: EditTaskFormProps) {
  const api = useApi();
  const queryClient = useQueryClient();
  const { slug } = useOrganization();
  const { can } = useAccess();
  const { whyNotWrite, whyNotDelete } = useTaskAccess();
  const remove = useDeleteTask();
  const update = useMutation(api.tasks.update.mutationOptions());
  const form = useZodForm(UpdateTask, { values: valuesOf(task), resetOptions: { keepDirtyValues: true } });
  const { dirtyFields, isDirty } = form.formState;
  useEffect(() => onDirtyChange(isDirty), [isDirty, onDirtyChange]);
  const readOnly = whyNotWrite !== null;

  return (
    <Form
      form={form}
      aria-label="Task"
      className="min-h-0 flex-1 gap-0"
      onSubmit={async (values) => {
        const changed = Object.entries(values).filter(([name]) => name in dirtyFields);
        await update.mutateAsync({ ...Object.fromEntries(changed), id: task.id });
        void refreshTasks(queryClient, api);
        onDone();
      }}
    >
      <SheetBody>
        <FormField control={form.control} name="title" label="Title" required>
          {(field) => <Input {...field} readOnly={readOnly} autoComplete="off" />}
        </FormField>
        <FormField control={form.control} name="description" label="Description" optional>
          {(field) => <Textarea {...field} readOnly={readOnly} rows={5} />}
        </FormField>
        <div className="grid gap-5 sm:grid-cols-2">
          <FormField control={form.control} name="status" label="Status">
            {({ value, onChange }) => (
              <Select value={value} onValueChange={onChange} options={statusOptions} disabled={readOnly} />
            )}
          </FormField>
          <FormField control={form.control} name="dueOn" label="Due date">
            {({ value, onChange }) => (
              <DateField label="Due date" value={value ?? null} onChange={onChange} disabled={readOnly} />
            )}
          </FormField>
        </div>
        <FormField control={form.control} name="assigneeId" label="Assignee">
          {({ value, onChange }) => (
            <AssigneeField
              value={value ?? null}
              onChange={onChange}
              known={task.assignee}
              disabled={readOnly || !can("members.read")}
            />
          )}
        </FormField>
        <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1 border-t border-line pt-4 text-sm text-ink-subtle">
          <dt>Project</dt>
          <dd>
            <Link
              href={`/${slug}/projects/${task.projectId}`}
              className="-my-0.5 inline-block py-0.5 text-accent-text underline-offset-4 hover:underline"
            >
              {task.projectName}
            </Link>
          </dd>
          <dt>Created</dt>
          <dd>
            <RelativeTime date={task.createdAt} />
          </dd>
          <dt>Updated</dt>
          <dd>
            <RelativeTime date={task.updatedAt} />
          </dd>
        </dl>
      </SheetBody>
      <SheetFooter>
        <Button
          variant="ghost"
          className="mr-auto text-danger-text hover:bg-danger-soft hover:text-danger-text"
          disabledReason={whyNotDelete}
          onClick={() => {
            onDone();
            void remove(task);
          }}
        >
          <Trash2 aria-hidden />
          Delete
        </Button>
        <SubmitButton needsChanges disabledReason={whyNotWrite}>
          Save changes
        </SubmitButton>
      </SheetFooter>
    </Form>
  );
}

function valuesOf(task: Task) {
  const { id, title, description, status, dueOn, assignee } = task;
  return { id, title, description, status, dueOn, assigneeId: assignee?.id ?? null };
}
