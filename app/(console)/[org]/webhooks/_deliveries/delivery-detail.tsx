"use client";

import { useId, type ReactNode } from "react";
import Link from "next/link";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { CodeBlock } from "#app/(console)/[org]/webhooks/_deliveries/code-block.tsx";
import { HeaderList } from "#app/(console)/[org]/webhooks/_deliveries/header-list.tsx";
import { TryTimeline } from "#app/(console)/[org]/webhooks/_deliveries/try-timeline.tsx";
import { deliveryStateWords, shortAddress } from "#app/(console)/[org]/webhooks/words.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { CopyButton } from "#app/_ui/copy-button.tsx";
import { ClockTime, RelativeTime } from "#app/_ui/relative-time.tsx";
import { deliveryErrors, type WebhookDelivery } from "#server/webhooks/schema.ts";

/** Everything that there is to say of a delivery. */
export function DeliveryDetail({ delivery }: { delivery: WebhookDelivery }) {
  const { body, curl, tries } = delivery;
  const [last] = tries;
  return (
    <>
      <Facts delivery={delivery} />
      <Part title="Tries">
        <TryTimeline tries={tries} />
      </Part>
      <Part title={last ? "Request as it was sent last" : "Request as it will be sent"}>
        {last && <HeaderList label="Headers of the request" headers={last.requestHeaders} />}
        <CodeBlock label="Body of the request" text={prettyJson(body)} copy={body} />
      </Part>
      <Part title="By hand">
        <CodeBlock label="The same with curl" text={curl} copy={curl} copyLabel="Copy as curl" />
      </Part>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex flex-col gap-2">
      <h3 id={id} className="text-sm font-semibold text-ink">
        {title}
      </h3>
      {children}
    </section>
  );
}

function Facts({ delivery }: { delivery: WebhookDelivery }) {
  const { id, state, endpoint, eventId, error, status, createdAt, nextTryAt, payload } = delivery;
  const { slug } = useOrganization();
  const { can } = useAccess();
  const { label, tone } = deliveryStateWords[state];
  return (
    <div className="flex flex-col gap-3">
      <p className="flex flex-wrap items-center gap-2 text-base text-ink-muted">
        <Badge tone={tone}>{label}</Badge>
        {error && state !== "delivered" && (
          <span>
            {deliveryErrors[error]}
            {status !== null && error === "status" && ` Status ${status}.`}
          </span>
        )}
        {state === "pending" && nextTryAt && (
          <span>
            Tried next <RelativeTime date={nextTryAt} />.
          </span>
        )}
      </p>
      <dl className="flex flex-col text-base">
        <Fact name="To">
          <Link
            href={`/${slug}/webhooks/${endpoint.id}`}
            className="inline-flex min-h-6 items-center break-all text-accent-text underline-offset-4 hover:underline"
          >
            {endpoint.description || shortAddress(endpoint.url)}
          </Link>
        </Fact>
        <Fact name="Event" copy={{ text: eventId, label: "Copy the event's ID" }}>
          {can("events.read") ? (
            <Link
              href={`/${slug}/events?event=${eventId}`}
              className="inline-flex min-h-6 items-center font-mono text-sm break-all text-accent-text underline-offset-4 hover:underline"
            >
              {eventId}
            </Link>
          ) : (
            <code className="font-mono text-sm break-all">{eventId}</code>
          )}
        </Fact>
        <Fact name="Delivery" copy={{ text: id, label: "Copy the delivery's ID" }}>
          <code className="font-mono text-sm break-all">{id}</code>
        </Fact>
        <Fact name="Happened">
          <ClockTime date={createdAt} />
        </Fact>
        <Fact name="Payload">{payload === "full" ? "Whole" : "Thin: ids alone"}</Fact>
      </dl>
    </div>
  );
}

type FactProps = { name: string; children: ReactNode; copy?: { text: string; label: string } };

function Fact({ name, children, copy }: FactProps) {
  return (
    <div className="grid grid-cols-[5.5rem_minmax(0,1fr)] items-start gap-x-3 border-b border-line py-1.5 last:border-b-0">
      <dt className="py-1 text-sm text-ink-subtle">{name}</dt>
      <dd className="flex min-h-7 min-w-0 items-start justify-between gap-2 text-ink-muted">
        <span className="min-w-0 py-0.5">{children}</span>
        {copy && <CopyButton {...copy} />}
      </dd>
    </div>
  );
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
