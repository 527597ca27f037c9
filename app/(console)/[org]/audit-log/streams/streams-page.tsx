"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Plus, RadioTower } from "lucide-react";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { PlanNote } from "#app/(console)/[org]/_shell/plan-note.tsx";
import { AuditFrame } from "#app/(console)/[org]/audit-log/audit-frame.tsx";
import { SecretDialog } from "#app/(console)/[org]/audit-log/streams/secret-dialog.tsx";
import { StreamCard } from "#app/(console)/[org]/audit-log/streams/stream-card.tsx";
import { StreamDialog } from "#app/(console)/[org]/audit-log/streams/stream-dialog.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Card } from "#app/_ui/card.tsx";
import { FirstUse } from "#app/_ui/empty-state.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import { streamsMax } from "#server/audit/schema.ts";

const pollMs = 15_000;

/** Where the log is sent while it grows, and how far each of these streams is. */
export function StreamsPage() {
  const api = useApi();
  const { why, lacks } = useAccess();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const streams = useQuery({ ...api.audit.streams.list.queryOptions(), refetchInterval: pollMs });
  const items = streams.data?.items;
  const full = items && items.length >= streamsMax ? `There can be ${streamsMax} streams at most` : null;
  const addButton = (
    <Button
      variant="primary"
      disabledReason={why("audit_log.manage") ?? lacks("audit_streams") ?? full}
      onClick={() => setAdding(true)}
    >
      <Plus aria-hidden />
      Add stream
    </Button>
  );
  return (
    <AuditFrame actions={items && items.length > 0 && addButton}>
      <p className="mb-4 max-w-prose text-base text-ink-muted">
        A stream sends sealed entries to a system of yours, in their order and at least once. What cannot be
        delivered waits for a week.
      </p>
      <PlanNote
        feature="audit_streams"
        kept={items && items.length > 0 && "Those that are there go on, and can be paused and deleted."}
      />
      {items && items.length > 0 ? (
        <ul className="flex flex-col gap-4">
          {items.map((stream) => (
            <li key={stream.id}>
              <StreamCard stream={stream} onSecret={setSecret} />
            </li>
          ))}
        </ul>
      ) : (
        <Card>
          {items ? (
            <FirstUse
              icon={<RadioTower />}
              title="No streams yet"
              text="Send the log to a SIEM over HTTPS, or to a bucket that speaks S3."
              action={addButton}
            />
          ) : streams.isError ? (
            <LoadProblem error={streams.error} onRetry={streams.refetch} />
          ) : (
            <div className="p-5">
              <LoadingNote>Loading the streams</LoadingNote>
              <Skeleton className="h-24" />
            </div>
          )}
        </Card>
      )}
      <StreamDialog open={adding} onOpenChange={setAdding} onSecret={setSecret} />
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </AuditFrame>
  );
}
