"use client";

import { useQuery } from "@tanstack/react-query";
import { AuditFrame } from "#app/(console)/[org]/audit-log/audit-frame.tsx";
import { HoldCard } from "#app/(console)/[org]/audit-log/settings/hold-card.tsx";
import { ReadsCard } from "#app/(console)/[org]/audit-log/settings/reads-card.tsx";
import { RetentionCard } from "#app/(console)/[org]/audit-log/settings/retention-card.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

/** What the log records, how long it keeps it, and whether nothing may be dropped. */
export function AuditSettingsPage() {
  const api = useApi();
  const settings = useQuery(api.audit.settings.queryOptions());
  return (
    <AuditFrame>
      <div className="flex max-w-3xl flex-col gap-6">
        {settings.data ? (
          <>
            <RetentionCard settings={settings.data} />
            <HoldCard settings={settings.data} />
            <ReadsCard settings={settings.data} />
          </>
        ) : settings.isError ? (
          <LoadProblem error={settings.error} onRetry={settings.refetch} />
        ) : (
          <>
            <LoadingNote>Loading the settings</LoadingNote>
            <Skeleton className="h-44" />
            <Skeleton className="h-44" />
          </>
        )}
      </div>
    </AuditFrame>
  );
}
