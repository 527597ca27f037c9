"use client";

import { useState, type ReactNode } from "react";
import { Archive, ArchiveRestore, Pencil, Trash2 } from "lucide-react";
import { useArchiveProject, useDeleteProject } from "#app/(console)/[org]/_projects/mutations.ts";
import { ProjectDialog } from "#app/(console)/[org]/_projects/project-dialog.tsx";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import type { ProjectRow } from "#server/projects/schema.ts";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { DropdownMenu, MenuItem, MenuSeparator } from "#app/_ui/dropdown-menu.tsx";

type ProjectActionsProps = {
  project: ProjectRow;
  /** The button that opens the menu. */
  trigger: ReactNode;
  /** Leaves the page of the project before it is gone. */
  onDeleted?: () => void;
};

/** Edit, archive and delete, with the dialogs that belong to them. */
export function ProjectActions({ project, trigger, onDeleted }: ProjectActionsProps) {
  const { why } = useAccess();
  const { archive, unarchive } = useArchiveProject();
  const remove = useDeleteProject();
  const [editing, setEditing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const archived = project.status === "archived";
  return (
    <>
      <DropdownMenu trigger={trigger}>
        <MenuItem disabledReason={why("projects.write")} onSelect={() => setEditing(true)}>
          <Pencil aria-hidden />
          Edit
        </MenuItem>
        <MenuItem
          disabledReason={why("projects.write")}
          onSelect={() => void (archived ? unarchive(project) : archive(project))}
        >
          {archived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
          {archived ? "Bring back" : "Archive"}
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger disabledReason={why("projects.delete")} onSelect={() => setDeleting(true)}>
          <Trash2 aria-hidden />
          Delete…
        </MenuItem>
      </DropdownMenu>
      <ProjectDialog open={editing} onOpenChange={setEditing} project={project} />
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
        title={`Delete “${project.name}”?`}
        consequence={consequenceOf(project)}
        confirmLabel="Delete project"
        onConfirm={async () => {
          await remove(project);
          onDeleted?.();
        }}
      />
    </>
  );
}

function consequenceOf({ taskCounts }: ProjectRow): string {
  const count = taskCounts.open + taskCounts.done;
  if (count === 0) return "The project has no tasks. You can undo this right afterwards.";
  const tasks = count === 1 ? "Its 1 task is" : `Its ${count} tasks (${taskCounts.open} open) are`;
  return `${tasks} deleted with it. You can undo this right afterwards.`;
}
