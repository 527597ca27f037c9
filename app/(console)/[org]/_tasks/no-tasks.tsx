"use client";

import { useQuery } from "@tanstack/react-query";
import { FolderKanban, ListTodo } from "lucide-react";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { NewTaskButton } from "#app/(console)/[org]/_tasks/new-task-button.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";
import { FirstUse } from "#app/_ui/empty-state.tsx";

/** There is no task at all: in one project, or in the whole organization, which may lack a project to begin with. */
export function NoTasks({ inProject }: { inProject: boolean }) {
  return inProject ? <NoTasksInProject /> : <NoTasksAnywhere />;
}

const whatTasksAre = "A task is one piece of work with a status, a person and, where it matters, a date.";

function NoTasksInProject() {
  return (
    <FirstUse
      icon={<ListTodo />}
      title="No tasks in this project yet"
      text={whatTasksAre}
      action={<NewTaskButton />}
    />
  );
}

function NoTasksAnywhere() {
  const api = useApi();
  const { slug } = useOrganization();
  const { can } = useAccess();
  const projects = useQuery(api.projects.list.queryOptions({ status: "active", limit: 1 }));
  // Which of the two it is decides what to say: nothing is said before.
  if (projects.isPending) return null;
  if (projects.data?.total === 0) {
    return (
      <FirstUse
        icon={<FolderKanban />}
        title="A project comes first"
        text="Every task belongs to an active project, and there is none yet."
        action={
          can("projects.write") && (
            <ButtonLink variant="primary" href={`/${slug}/projects?project=new`}>
              Create a project
            </ButtonLink>
          )
        }
      />
    );
  }
  return <FirstUse icon={<ListTodo />} title="No tasks yet" text={whatTasksAre} action={<NewTaskButton />} />;
}
