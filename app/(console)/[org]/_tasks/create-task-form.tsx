"use client";

import { useEffect } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ProjectField } from "#app/(console)/[org]/_projects/project-field.tsx";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { AssigneeField } from "#app/(console)/[org]/_tasks/assignee-field.tsx";
import { refreshTasks } from "#app/(console)/[org]/_tasks/mutations.ts";
import { statusOptions } from "#app/(console)/[org]/_tasks/task-status.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { DateField } from "#app/_ui/date-picker.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input, Textarea } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { SheetBody, SheetFooter } from "#app/_ui/sheet.tsx";
import { z } from "zod";
import { CreateTask } from "#server/projects/schema.ts";

type CreateTaskFormProps = {
  /** Where the task goes; asked for where no project is given. */
  project: { id: string; name: string } | undefined;
  onDirtyChange: (dirty: boolean) => void;
  onDone: () => void;
};

/** The server knows an id only as an id; to a person it is a choice. */
const NewTask = CreateTask.extend({ projectId: z.uuid("Choose a project.") });

/** A new task: only the title (and its project) must be given. */
export function CreateTaskForm({ project, onDirtyChange, onDone }: CreateTaskFormProps) {
  const api = useApi();
  const queryClient = useQueryClient();
  const { can, why } = useAccess();
  const create = useMutation(api.tasks.create.mutationOptions());
  const form = useZodForm(NewTask, {
    defaultValues: {
      projectId: project?.id ?? "",
      title: "",
      description: "",
      status: "todo",
      assigneeId: null,
      dueOn: null,
    },
  });
  const { isDirty } = form.formState;
  useEffect(() => onDirtyChange(isDirty), [isDirty, onDirtyChange]);

  return (
    <Form
      form={form}
      aria-label="New task"
      className="min-h-0 flex-1 gap-0"
      onSubmit={async (values) => {
        await create.mutateAsync(values);
        void refreshTasks(queryClient, api);
        onDone();
      }}
    >
      <SheetBody>
        <FormField control={form.control} name="title" label="Title" required>
          {(field) => <Input {...field} data-autofocus autoComplete="off" />}
        </FormField>
        {!project && (
          <FormField control={form.control} name="projectId" label="Project" required>
            {({ value, onChange }) => <ProjectField value={value} onChange={onChange} />}
          </FormField>
        )}
        <FormField control={form.control} name="description" label="Description" optional>
          {(field) => <Textarea {...field} rows={5} />}
        </FormField>
        <div className="grid gap-5 sm:grid-cols-2">
          <FormField control={form.control} name="status" label="Status">
            {({ value, onChange }) => (
              <Select value={value} onValueChange={onChange} options={statusOptions} />
            )}
          </FormField>
          <FormField control={form.control} name="dueOn" label="Due date">
            {({ value, onChange }) => (
              <DateField label="Due date" value={value ?? null} onChange={onChange} />
            )}
          </FormField>
        </div>
        {can("members.read") && (
          <FormField control={form.control} name="assigneeId" label="Assignee">
            {({ value, onChange }) => (
              <AssigneeField value={value ?? null} onChange={onChange} known={null} />
            )}
          </FormField>
        )}
      </SheetBody>
      <SheetFooter>
        <SubmitButton disabledReason={why("tasks.write")}>Create task</SubmitButton>
      </SheetFooter>
    </Form>
  );
}
