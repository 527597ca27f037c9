"use client";

import { useState } from "react";
import { skipToken, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useOpenEvent } from "#app/(console)/[org]/events/use-open-event.ts";
import { CodeBlock } from "#app/(console)/[org]/webhooks/_deliveries/code-block.tsx";
import { deliveryStateWords, shortAddress, whyInWords } from "#app/(console)/[org]/webhooks/words.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { ClockTime } from "#app/_ui/relative-time.tsx";
import { Sheet, SheetBody } from "#app/_ui/sheet.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

const listedMax = 100;

/** The event that the address names: where it went, and what it says. */
export function EventSheet() {
  const api = useApi();
  const { openId: eventId, close } = useOpenEvent();
  // While the sheet slides out the address names no event any more, but it is still seen.
  const [shown, setShown] = useState(eventId);
  if (eventId !== null && eventId !== shown) setShown(eventId);
  const query = useQuery({
    ...api.events.get.queryOptions(shown ? { id: shown } : skipToken),
    staleTime: Infinity,
  });
  const { data } = query;
  const text = data && JSON.stringify(data, null, 2);
  return (
    <Sheet
      open={eventId !== null}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      title={data ? <span className="font-mono text-base">{data.type}</span> : "Event"}
    >
      <SheetBody>
        {data && text !== undefined ? (
          <>
            <p className="text-base text-ink-muted">
              <ClockTime date={new Date(data.timestamp)} />
            </p>
            <section aria-labelledby="event-where" className="flex flex-col gap-2">
              <h3 id="event-where" className="text-sm font-semibold text-ink">
                Where it went
              </h3>
              <Where eventId={data.id} />
            </section>
            <section aria-labelledby="event-envelope" className="flex flex-col gap-2">
              <h3 id="event-envelope" className="text-sm font-semibold text-ink">
                What it says
              </h3>
              <CodeBlock label="The event's envelope" text={text} copy={text} copyLabel="Copy the envelope" />
            </section>
          </>
        ) : query.isError ? (
          <LoadProblem error={query.error} onRetry={query.refetch} />
        ) : (
          <>
            <LoadingNote>Loading the event</LoadingNote>
            <Skeleton className="h-24" />
            <Skeleton className="h-48" />
          </>
        )}
      </SheetBody>
    </Sheet>
  );
}

function Where({ eventId }: { eventId: string }) {
  const api = useApi();
  const { slug } = useOrganization();
  const { why } = useAccess();
  const refused = why("webhooks.read");
  const { data, error, refetch } = useQuery(
    api.webhooks.deliveries.queryOptions(refused ? skipToken : { eventId, limit: listedMax }),
  );
  if (refused) return <p className="text-base text-ink-subtle">{refused}.</p>;
  if (!data && error) return <LoadProblem error={error} onRetry={refetch} />;
  if (!data) return <Skeleton className="h-11" />;
  if (data.items.length === 0)
    return <p className="text-base text-ink-subtle">No endpoint was to hear of it when it happened.</p>;
  return (
    <ul className="divide-y divide-line rounded-lg border border-line">
      {data.items.map(({ id, endpoint, state, error: reason, status }) => (
        <li
          key={id}
          className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-2 text-sm text-ink-muted"
        >
          <Link
            prefetch={false}
            href={`/${slug}/webhooks/deliveries?delivery=${id}`}
            className="inline-flex min-h-6 min-w-0 flex-1 basis-40 items-center break-all text-accent-text underline-offset-4 hover:underline pointer-coarse:min-h-11"
          >
            {endpoint.description || shortAddress(endpoint.url)}
          </Link>
          {whyInWords(reason, status)}
          <Badge tone={deliveryStateWords[state].tone}>{deliveryStateWords[state].label}</Badge>
        </li>
      ))}
    </ul>
  );
}
