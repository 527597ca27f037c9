"use client";

import { useState } from "react";
import { skipToken, useQuery } from "@tanstack/react-query";
import { tell } from "#app/(console)/[org]/_audit/telling.ts";
import { EntryDetail } from "#app/(console)/[org]/audit-log/entry-detail.tsx";
import type { AuditSearch } from "#app/(console)/[org]/audit-log/search-params.ts";
import { useOpenEntry } from "#app/(console)/[org]/audit-log/use-open-entry.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { Sheet, SheetBody } from "#app/_ui/sheet.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import type { AuditEntry } from "#server/audit/schema.ts";

/** The entry that the address names, beside its list. */
export function EntrySheet({ onFilter }: { onFilter: (change: Partial<AuditSearch>) => void }) {
  const api = useApi();
  const { openId: entryId, close } = useOpenEntry();
  // While the sheet slides out the address names no entry any more, but the entry is still seen.
  const [shown, setShown] = useState(entryId);
  if (entryId !== null && entryId !== shown) setShown(entryId);
  const query = useQuery({
    ...api.audit.get.queryOptions(shown ? { id: shown } : skipToken),
    // An entry does not change; its place in the chain is still to come while it waits for its seal.
    staleTime: ({ state }) => (state.data?.seq === null ? 0 : Infinity),
  });
  const entry = query.data;
  return (
    <Sheet
      open={entryId !== null}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      title={entry ? sentenceOf(entry) : "Entry"}
    >
      <SheetBody>
        {entry ? (
          <EntryDetail entry={entry} onFilter={onFilter} />
        ) : query.isError ? (
          <LoadProblem error={query.error} onRetry={query.refetch} />
        ) : (
          <>
            <LoadingNote>Loading the entry</LoadingNote>
            <Skeleton className="h-24" />
            <Skeleton className="h-48" />
          </>
        )}
      </SheetBody>
    </Sheet>
  );
}

function sentenceOf(entry: AuditEntry): string {
  const { text, label } = tell(entry);
  return [entry.actor.name || "An erased person", text, label].filter(Boolean).join(" ");
}
