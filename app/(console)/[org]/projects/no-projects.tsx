"use client";

import { useQuery } from "@tanstack/react-query";
import { FolderKanban, Plus } from "lucide-react";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { AllCleared, FirstUse } from "#app/_ui/empty-state.tsx";

type NoProjectsProps = { onNew: () => void; onShowArchived: () => void };

/** No active project: because all are done and put away, or because there never was one. */
export function NoProjects({ onNew, onShowArchived }: NoProjectsProps) {
  const api = useApi();
  const archived = useQuery(api.projects.list.queryOptions({ status: "archived", limit: 1 }));
  if (archived.data && archived.data.total > 0) {
    return (
      <AllCleared
        title="No active projects"
        text="All projects of this organization are archived."
        action={
          <>
            <Button onClick={onShowArchived}>Show archived</Button>
            <NewProjectButton onClick={onNew} />
          </>
        }
      />
    );
  }
  return (
    <FirstUse
      icon={<FolderKanban />}
      title="No projects yet"
      text="A project gathers the tasks of one piece of work, from the first idea to done."
      action={<NewProjectButton onClick={onNew} />}
    />
  );
}

/** Opens the dialog for a new project; says why where the member may not. */
export function NewProjectButton({ onClick }: { onClick: () => void }) {
  const { why } = useAccess();
  return (
    <Button variant="primary" disabledReason={why("projects.write")} onClick={onClick}>
      <Plus aria-hidden />
      New project
    </Button>
  );
}
