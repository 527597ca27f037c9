"use client";

import { useState } from "react";
import { useMutation } from "@tanstack/react-query";
import { Ellipsis, KeyRound, Pencil, Trash2 } from "lucide-react";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { StreamDialog } from "#app/(console)/[org]/audit-log/streams/stream-dialog.tsx";
import { useStreamMutations } from "#app/(console)/[org]/audit-log/streams/use-stream-mutations.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { DropdownMenu, MenuItem, MenuSeparator } from "#app/_ui/dropdown-menu.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { toastDone, toastError, toastProblem } from "#app/_ui/toast.tsx";
import { streamErrors, type AuditStream, type AuditStreamTest } from "#server/audit/schema.ts";

type StreamActionsProps = { stream: AuditStream; onSecret: (secret: string) => void };

/** What can be done with a stream. What cannot be undone asks first. */
export function StreamActions({ stream, onSecret }: StreamActionsProps) {
  const { id, name, destination } = stream;
  const api = useApi();
  const { lacks } = useAccess();
  const { pause, resume, remove, rotate } = useStreamMutations();
  const test = useMutation(
    api.audit.streams.test.mutationOptions({ onSuccess: showTest, onError: toastError }),
  );
  const [asking, setAsking] = useState<"delete" | "rotate" | null>(null);
  const [editing, setEditing] = useState(false);
  const paused = stream.state === "paused";
  const change = paused ? resume : pause;
  return (
    <div className="flex shrink-0 items-center gap-2">
      <Button size="sm" loading={test.isPending} onClick={() => test.mutate({ id })}>
        Send a test
      </Button>
      <Button
        size="sm"
        loading={change.isPending}
        disabledReason={paused ? lacks("audit_streams") : null}
        onClick={() => change.mutate({ id })}
      >
        {paused ? "Resume" : "Pause"}
      </Button>
      <DropdownMenu
        trigger={
          <IconButton label={`More for ${name}`} plain size="sm">
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => setEditing(true)}>
          <Pencil aria-hidden />
          Edit
        </MenuItem>
        <MenuItem
          disabledReason={destination.kind === "s3" ? "Objects are not signed" : null}
          onSelect={() => setAsking("rotate")}
        >
          <KeyRound aria-hidden />
          Make a new secret…
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => setAsking("delete")}>
          <Trash2 aria-hidden />
          Delete…
        </MenuItem>
      </DropdownMenu>
      <StreamDialog open={editing} onOpenChange={setEditing} stream={stream} onSecret={onSecret} />
      <ConfirmDialog
        open={asking === "delete"}
        onOpenChange={(open) => setAsking(open ? "delete" : null)}
        title={`Delete “${name}”?`}
        consequence="Nothing more is sent to it, what waits for it is forgotten, and its secrets are destroyed."
        confirmLabel="Delete stream"
        onConfirm={() => remove.mutateAsync({ id })}
      />
      <ConfirmDialog
        open={asking === "rotate"}
        onOpenChange={(open) => setAsking(open ? "rotate" : null)}
        tone="primary"
        title={`Make a new secret for “${name}”?`}
        consequence="For a day batches are signed with both, so that you can change your system meanwhile."
        confirmLabel="Make a new secret"
        onConfirm={async () => onSecret((await rotate.mutateAsync({ id })).secret)}
      />
    </div>
  );
}

function showTest({ ok, error, status, durationMs }: AuditStreamTest): void {
  if (ok) return toastDone(`The test arrived within ${durationMs} ms.`);
  const answered = status === null ? "" : ` It answered with status ${status}.`;
  toastProblem(`${error ? streamErrors[error] : "The test did not arrive."}${answered}`);
}
