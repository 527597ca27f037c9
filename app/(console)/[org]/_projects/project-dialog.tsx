"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import type { ProjectRow } from "#server/projects/schema.ts";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogActions } from "#app/_ui/dialog.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input, Textarea } from "#app/_ui/input.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import { CreateProject, UpdateProject } from "#server/projects/schema.ts";

type ProjectDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The project to edit; without one the dialog makes a new one. */
  project?: Pick<ProjectRow, "id" | "name" | "description"> | undefined;
};

/** Makes a project, or edits one. */
export function ProjectDialog({ open, onOpenChange, project }: ProjectDialogProps) {
  const close = () => onOpenChange(false);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={project ? "Edit project" : "New project"}
      description={project ? undefined : "A project gathers the tasks of one piece of work."}
    >
      {project ? <EditForm project={project} onClose={close} /> : <CreateForm onClose={close} />}
    </Dialog>
  );
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const go = useGo();
  const { slug } = useOrganization();
  const create = useMutation(api.projects.create.mutationOptions());
  const form = useZodForm(CreateProject, { defaultValues: { name: "", description: "" } });
  return (
    <Form
      form={form}
      onSubmit={async (values) => {
        const project = await create.mutateAsync(values);
        void queryClient.invalidateQueries(api.projects.list.queryFilter());
        void queryClient.invalidateQueries(api.organization.overview.queryFilter());
        go(`/${slug}/projects/${project.id}`);
      }}
    >
      <FormField control={form.control} name="name" label="Name" required>
        {(field) => <Input {...field} data-autofocus autoComplete="off" />}
      </FormField>
      <FormField control={form.control} name="description" label="Description" optional>
        {(field) => <Textarea {...field} />}
      </FormField>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <SubmitButton>Create project</SubmitButton>
      </DialogActions>
    </Form>
  );
}

type EditFormProps = { project: Pick<ProjectRow, "id" | "name" | "description">; onClose: () => void };

function EditForm({ project, onClose }: EditFormProps) {
  const api = useApi();
  const queryClient = useQueryClient();
  const update = useMutation(api.projects.update.mutationOptions());
  const { id, name, description } = project;
  const form = useZodForm(UpdateProject, { defaultValues: { id, name, description } });
  return (
    <Form
      form={form}
      onSubmit={async (values) => {
        await update.mutateAsync(values);
        await Promise.all([
          queryClient.invalidateQueries(api.projects.pathFilter()),
          queryClient.invalidateQueries(api.tasks.pathFilter()),
        ]);
        onClose();
      }}
    >
      <FormField control={form.control} name="name" label="Name" required>
        {(field) => <Input {...field} data-autofocus autoComplete="off" />}
      </FormField>
      <FormField control={form.control} name="description" label="Description" optional>
        {(field) => <Textarea {...field} />}
      </FormField>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <SubmitButton needsChanges>Save changes</SubmitButton>
      </DialogActions>
    </Form>
  );
}
