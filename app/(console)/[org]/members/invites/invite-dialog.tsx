"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { InviteForm } from "#app/(console)/[org]/members/invites/invite-form.tsx";
import { InviteResults } from "#app/(console)/[org]/members/invites/invite-results.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Dialog } from "#app/_ui/dialog.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import type { InviteResult } from "#server/invites/schema.ts";

type InviteDialogProps = { open: boolean; onOpenChange: (open: boolean) => void };

/** Invites one person or many, and then says of each what became of it. */
export function InviteDialog({ open, onOpenChange }: InviteDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Invite people"
      description="Each gets a link by mail that works for seven days, for that address alone."
    >
      <InviteSteps onClose={() => onOpenChange(false)} />
    </Dialog>
  );
}

/** Lives inside the dialog, so that it begins anew when it opens again. */
function InviteSteps({ onClose }: { onClose: () => void }) {
  const api = useApi();
  const roles = useQuery(api.roles.list.queryOptions());
  const [results, setResults] = useState<readonly InviteResult[] | null>(null);
  const [text, setText] = useState("");
  if (roles.isError) return <LoadProblem error={roles.error} onRetry={roles.refetch} />;
  if (!roles.data) {
    return (
      <>
        <LoadingNote>Loading the roles</LoadingNote>
        <Skeleton className="h-48" />
      </>
    );
  }
  if (results) {
    return (
      <InviteResults
        results={results}
        onAgain={(emails) => {
          setText(emails.join("\n"));
          setResults(null);
        }}
        onClose={onClose}
      />
    );
  }
  return <InviteForm roles={roles.data} firstText={text} onDone={setResults} onCancel={onClose} />;
}
