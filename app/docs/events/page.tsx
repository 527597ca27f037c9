import type { Metadata } from "next";
import Link from "next/link";
import { ReferencePage, ReferencePart } from "#app/docs/_reference/reference-page.tsx";
import {
  AddressesChapter,
  chapters,
  DeliveryChapter,
  EnvelopeChapter,
  PollingChapter,
  SignatureChapter,
} from "#app/docs/events/_reference/chapters.tsx";
import { EventContents } from "#app/docs/events/_reference/event-contents.tsx";
import { eventGroups } from "#app/docs/events/_reference/event-entries.ts";
import { EventSection } from "#app/docs/events/_reference/event-section.tsx";
import { openApiDocument } from "#server/api/rest/document.ts";
import { env } from "#server/platform/env.ts";

export const metadata: Metadata = { title: "Events and webhooks" };

/** The reference of events, drawn from the catalogue that they are checked by. */
export default function Page() {
  const { PUBLIC_URL, OUTBOUND_PORTS } = env();
  const document = openApiDocument(PUBLIC_URL);
  const groups = eventGroups();
  return (
    <ReferencePage
      introduction={<Introduction />}
      contents={<EventContents chapters={chapters} groups={groups} />}
      contentsLabel="On this page"
    >
      <EnvelopeChapter document={document} />
      <SignatureChapter />
      <DeliveryChapter />
      <AddressesChapter ports={OUTBOUND_PORTS} />
      <PollingChapter url={document.servers[0]?.url ?? ""} />
      {groups.map(({ kind, title, entries }) => (
        <ReferencePart key={kind} id={`kind-${kind}`} title={title}>
          {entries.map((entry) => (
            <EventSection key={entry.type} document={document} entry={entry} />
          ))}
        </ReferencePart>
      ))}
    </ReferencePage>
  );
}

function Introduction() {
  return (
    <>
      <h1 className="text-2xl font-semibold text-ink">Events and webhooks</h1>
      <p className="mt-2 max-w-prose text-base text-ink-muted">
        Astra tells your systems what happens in your organization: it sends each event to the endpoints that
        want to hear of it, signed, until it has arrived. The calls that look after endpoints stand in the{" "}
        <Link
          href="/docs/api"
          className="rounded-sm text-accent-text underline underline-offset-2 hover:text-ink"
        >
          API reference
        </Link>
        .
      </p>
    </>
  );
}
