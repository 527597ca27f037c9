"use client";

import Link from "next/link";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { deliveriesInWords, deliveryStateWords } from "#app/(console)/[org]/webhooks/words.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { deliveryErrors, type UndeliveredGroup } from "#server/webhooks/schema.ts";

/** Deliveries that did not arrive for one reason; leads to the list of them. */
export function GroupLine({ group }: { group: UndeliveredGroup }) {
  const { slug } = useOrganization();
  const { endpoint, state, error, status, count, oldestAt, newestAt } = group;
  const { label, tone } = deliveryStateWords[state];
  const query = new URLSearchParams({ endpoint: endpoint.id, state, ...(error ? { error } : {}) });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-5 py-3 text-sm text-ink-muted">
      <Badge tone={tone}>{label}</Badge>
      <span className="min-w-0 flex-1 basis-56">
        {error ? deliveryErrors[error] : "It came while the endpoint was stopped."}
        {status !== null && ` Status ${status}.`}
        <span className="block text-ink-subtle">
          {count === 1 ? "It happened " : "The oldest happened "}
          <RelativeTime date={oldestAt} />
          {count > 1 && (
            <>
              , the newest <RelativeTime date={newestAt} />
            </>
          )}
        </span>
      </span>
      <Link
        prefetch={false}
        href={`/${slug}/webhooks/deliveries?${query}`}
        className="inline-flex min-h-6 items-center text-accent-text underline-offset-4 hover:underline pointer-coarse:min-h-11"
      >
        {deliveriesInWords(count)}
      </Link>
    </li>
  );
}
