"use client";

import { useOpenEvent } from "#app/(console)/[org]/events/use-open-event.ts";
import { deliveryStateWords } from "#app/(console)/[org]/webhooks/words.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { RowLink } from "#app/_ui/data-table/row-link.tsx";
import type { EventRow } from "#server/events/schema.ts";
import { deliveryStates } from "#server/webhooks/schema.ts";

type CellProps = { event: EventRow };

/** What happened; it opens the event. */
export function EventTypeCell({ event: { id, type } }: CellProps) {
  const { open, hrefOf } = useOpenEvent();
  return (
    <RowLink href={hrefOf(id)} onOpen={() => open(id)} scroll={false} className="font-mono text-sm">
      {type}
    </RowLink>
  );
}

/** How many deliveries of it there are, by what became of them. */
export function EventWhereCell({ event: { deliveries } }: CellProps) {
  const some = deliveryStates.filter((state) => deliveries[state] > 0);
  if (some.length === 0) return <span className="text-ink-subtle">No endpoint hears of it</span>;
  return (
    <span className="flex flex-wrap gap-1">
      {some.map((state) => (
        <Badge key={state} tone={deliveryStateWords[state].tone}>
          {deliveries[state]} {deliveryStateWords[state].label.toLowerCase()}
        </Badge>
      ))}
    </span>
  );
}
