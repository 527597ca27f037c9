"use client";

import { useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Card, CardHeader } from "#app/_ui/card.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { CalendarDate } from "#app/_ui/relative-time.tsx";
import { toastError } from "#app/_ui/toast.tsx";

/** Schedules the organization for deletion, or calls it off. */
export function DangerCard() {
  const { deletionAt, name, slug } = useOrganization();
  const { why } = useAccess();
  const { schedule, cancel, cancelling } = useDeletion();
  const consequence = useConsequence();
  const [asking, setAsking] = useState(false);
  const refused = why("organization.delete");
  return (
    <Card id="danger" aria-labelledby="danger-title" className="scroll-mt-20 border-danger/40">
      <CardHeader
        id="danger-title"
        className="flex-wrap pb-4"
        title={deletionAt ? "Deletion is scheduled" : "Delete organization"}
        description={
          deletionAt ? (
            <>
              Everything will be deleted on <CalendarDate date={deletionAt} />. Until then you can call it
              off.
            </>
          ) : (
            "Schedules all data of this organization for deletion. You can call it off until the date comes."
          )
        }
        actions={
          deletionAt ? (
            <Button loading={cancelling} disabledReason={refused} onClick={cancel}>
              Keep organization
            </Button>
          ) : (
            <Button variant="danger-outline" disabledReason={refused} onClick={() => setAsking(true)}>
              Delete organization…
            </Button>
          )
        }
      />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Delete ${name}?`}
        consequence={consequence}
        confirmLabel="Schedule deletion"
        confirmPhrase={slug}
        onConfirm={() => schedule(slug)}
      />
    </Card>
  );
}

function useDeletion() {
  const api = useApi();
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries(api.organization.get.queryFilter());
  const schedule = useMutation(api.organization.scheduleDeletion.mutationOptions({ onSuccess: refresh }));
  const cancel = useMutation(
    api.organization.cancelDeletion.mutationOptions({ onSuccess: refresh, onError: toastError }),
  );
  return {
    schedule: (confirm: string) => schedule.mutateAsync({ confirm }),
    cancel: () => cancel.mutate(),
    cancelling: cancel.isPending,
  };
}

/** Names what would be lost, in figures. */
function useConsequence(): string {
  const api = useApi();
  const { data } = useQuery(api.organization.overview.queryOptions());
  if (!data) return "All its projects and tasks are deleted, and its members lose access.";
  const { activeProjects, archivedProjects, members } = data.counts;
  const tasks = data.tasksByStatus.reduce((sum, { count }) => sum + count, 0);
  const projects = activeProjects + archivedProjects;
  return `${plural(projects, "project")} and ${plural(tasks, "task")} are deleted, and ${plural(members, "member")} lose access.`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
