"use client";

import { Hourglass } from "lucide-react";
import { tell } from "#app/(console)/[org]/_audit/telling.ts";
import { sentenceCase } from "#app/(console)/[org]/_audit/words.ts";
import { ActorMark } from "#app/(console)/[org]/audit-log/actor-mark.tsx";
import { useFreshEntries } from "#app/(console)/[org]/audit-log/fresh-entries.ts";
import { useOpenEntry } from "#app/(console)/[org]/audit-log/use-open-entry.ts";
import { rowControl, RowLink } from "#app/_ui/data-table/row-link.tsx";
import { ClockTime } from "#app/_ui/relative-time.tsx";
import { Tooltip } from "#app/_ui/tooltip.tsx";
import type { AuditRow } from "#server/audit/schema.ts";

type CellProps = { entry: AuditRow };

/** Who acted. */
export function WhoCell({ entry }: CellProps) {
  const { actor, impersonator } = entry;
  return (
    <span className="flex min-w-0 items-center gap-2">
      <ActorMark actor={actor} />
      <span className="clip-line text-ink">{actor.name || "Erased person"}</span>
      {impersonator && <span className="clip-line text-xs">for support</span>}
    </span>
  );
}

/** What was done, as the rest of a sentence; it opens the entry. What has just come in is marked for a moment. */
export function WhatCell({ entry }: CellProps) {
  const { open, hrefOf } = useOpenEntry();
  const fresh = useFreshEntries().has(entry.id);
  const { text, label } = tell(entry);
  return (
    <div className="min-w-0 md:max-lg:py-2">
      {fresh && <span aria-hidden className="absolute inset-y-0 left-0 w-1 animate-fresh bg-accent" />}
      <RowLink
        href={hrefOf(entry.id)}
        onOpen={() => open(entry.id)}
        scroll={false}
        className="font-normal max-lg:whitespace-normal"
      >
        {sentenceCase(text)}
        {label && <span className="font-medium"> {label}</span>}
      </RowLink>
    </div>
  );
}

/** When, to the second. */
export function WhenCell({ entry }: CellProps) {
  return <ClockTime date={entry.at} />;
}

/** From which address. */
export function AddressCell({ entry }: CellProps) {
  return <span className="clip-line block font-mono text-xs">{entry.ip}</span>;
}

/** The place in the chain, or that the entry waits for it. */
export function PlaceCell({ entry }: CellProps) {
  if (entry.seq !== null) return <span className="tabular text-xs text-ink-subtle">{entry.seq}</span>;
  return (
    <Tooltip content="Waits for its seal">
      <span className={rowControl}>
        <Hourglass aria-hidden className="inline size-3.5 text-ink-subtle" />
        <span className="sr-only">Waits for its seal</span>
      </span>
    </Tooltip>
  );
}
