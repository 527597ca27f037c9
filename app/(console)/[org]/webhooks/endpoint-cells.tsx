"use client";

import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import {
  endpointStateWords,
  manyInWords,
  shareInWords,
  shortAddress,
  typesInWords,
} from "#app/(console)/[org]/webhooks/words.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { RowLink } from "#app/_ui/data-table/row-link.tsx";
import type { WebhookEndpoint, WebhookEndpointRow } from "#server/webhooks/schema.ts";

type CellProps = { endpoint: WebhookEndpointRow };

/** Where it leads, what it is for, and what it hears of. */
export function EndpointAddressCell({ endpoint: { id, url, description, types } }: CellProps) {
  const { slug } = useOrganization();
  return (
    <div className="min-w-0 md:py-2">
      <RowLink href={`/${slug}/webhooks/${id}`} title={url}>
        {description || shortAddress(url)}
      </RowLink>
      <p className="clip-line text-sm text-ink-subtle">
        {description && <span className="font-mono text-xs">{shortAddress(url)}</span>}
        {description && " · "}
        {typesInWords(types)}
      </p>
    </div>
  );
}

/** Whether it is sent to, and why not. */
export function EndpointStateBadge({ endpoint: { state, disabledFor } }: { endpoint: WebhookEndpoint }) {
  const { label, tone } = endpointStateWords[state];
  const why = disabledFor === "gone" ? ": wants no more" : disabledFor === "failing" ? ": kept failing" : "";
  return (
    <Badge tone={tone}>
      {label}
      {why}
    </Badge>
  );
}

/** Its state; one that is on and has failed for a while says so. */
export function EndpointStateCell({ endpoint }: CellProps) {
  if (endpoint.state === "active" && endpoint.failingSince) return <Badge tone="danger">Failing</Badge>;
  return <EndpointStateBadge endpoint={endpoint} />;
}

/** How its tries of the last day went. */
export function EndpointDayCell({ endpoint: { lastDay } }: CellProps) {
  const { delivered, failed } = lastDay;
  const all = delivered + failed;
  if (all === 0) return <span className="text-ink-subtle">Nothing sent</span>;
  return (
    <span className="flex items-center gap-2">
      <span
        aria-hidden
        className="flex h-1.5 w-14 gap-px overflow-hidden rounded-full bg-pressed max-md:hidden"
      >
        {delivered > 0 && <span className="bg-success" style={{ flexGrow: delivered }} />}
        {failed > 0 && <span className="min-w-1 bg-danger" style={{ flexGrow: failed }} />}
      </span>
      <span className="tabular">
        {shareInWords(delivered / all)} of {manyInWords(all)}
      </span>
    </span>
  );
}

/** What waits, is held, or was given up. */
export function EndpointQueueCell({ endpoint: { queue } }: CellProps) {
  const { pending, held, dead } = queue;
  if (pending + held + dead === 0) return <span className="text-ink-subtle">Everything arrived</span>;
  return (
    <span className="flex flex-wrap gap-1">
      {pending > 0 && <Badge tone="info">{manyInWords(pending)} waiting</Badge>}
      {held > 0 && <Badge tone="warning">{manyInWords(held)} held</Badge>}
      {dead > 0 && <Badge tone="danger">{manyInWords(dead)} dead</Badge>}
    </span>
  );
}
