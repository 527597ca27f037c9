"use client";

import { useOpenDelivery } from "#app/(console)/[org]/webhooks/_deliveries/use-open-delivery.ts";
import {
  deliveryStateWords,
  milliseconds,
  shortAddress,
  whyInWords,
} from "#app/(console)/[org]/webhooks/words.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { RowLink } from "#app/_ui/data-table/row-link.tsx";
import type { DeliveryRow } from "#server/webhooks/schema.ts";

type CellProps = { delivery: DeliveryRow };

/** What happened; it opens the delivery. */
export function DeliveryTypeCell({ delivery: { id, type } }: CellProps) {
  const { open, hrefOf } = useOpenDelivery();
  return (
    <RowLink href={hrefOf(id)} onOpen={() => open(id)} scroll={false} className="font-mono text-sm">
      {type}
    </RowLink>
  );
}

/** Where it goes. */
export function DeliveryEndpointCell({ delivery: { endpoint } }: CellProps) {
  return (
    <span title={endpoint.url} className="clip-line block max-w-full">
      {endpoint.description || shortAddress(endpoint.url)}
    </span>
  );
}

/** What became of it. */
export function DeliveryStateCell({ delivery: { state } }: CellProps) {
  const { label, tone } = deliveryStateWords[state];
  return <Badge tone={tone}>{label}</Badge>;
}

/** What the last try brought. */
export function DeliveryOutcomeCell({ delivery }: CellProps) {
  const { error, status, attempts, durationMs } = delivery;
  if (attempts === 0) return <span className="text-ink-subtle">Not tried yet</span>;
  const tries = attempts === 1 ? "1 try" : `${attempts} tries`;
  return (
    <span className="clip-line block">
      {whyInWords(error, status) ??
        `${status ?? "Arrived"}${durationMs === null ? "" : ` in ${milliseconds(durationMs)}`}`}
      <span className="text-ink-subtle"> · {tries}</span>
    </span>
  );
}
