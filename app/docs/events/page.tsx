import type { Metadata } from "next";
import Link from "next/link";
import { Logo } from "#app/_ui/logo.tsx";
import { ThemeSwitch } from "#app/_ui/theme-switch.tsx";
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
    <div className="mx-auto max-w-6xl px-5 sm:px-8">
      <header className="flex items-center justify-between gap-4 py-5">
        <Link href="/" aria-label="Astra, start page" className="-m-1.5 rounded-md p-1.5">
          <Logo />
        </Link>
        <ThemeSwitch />
      </header>
      <div className="grid gap-8 pb-16 lg:grid-cols-[17rem_minmax(0,1fr)]">
        <div className="hidden lg:sticky lg:top-4 lg:block lg:max-h-[calc(100dvh-2rem)] lg:self-start lg:overflow-y-auto">
          <EventContents chapters={chapters} groups={groups} />
        </div>
        <main id="content" className="min-w-0">
          <h1 className="text-2xl font-semibold text-ink">Events and webhooks</h1>
          <p className="mt-2 max-w-prose text-base text-ink-muted">
            Astra tells your systems what happens in your organization: it sends each event to the endpoints
            that want to hear of it, signed, until it has arrived. The calls that look after endpoints stand
            in the{" "}
            <Link
              href="/docs/api"
              className="rounded-sm text-accent-text underline underline-offset-2 hover:text-ink"
            >
              API reference
            </Link>
            .
          </p>
          <details className="mt-6 lg:hidden">
            <summary className="-mx-1 min-h-6 cursor-default rounded-sm px-1 text-base text-ink-muted hover:text-ink">
              On this page
            </summary>
            <div className="mt-3">
              <EventContents chapters={chapters} groups={groups} />
            </div>
          </details>
          <EnvelopeChapter document={document} />
          <SignatureChapter />
          <DeliveryChapter />
          <AddressesChapter ports={OUTBOUND_PORTS} />
          <PollingChapter url={document.servers[0]?.url ?? ""} />
          {groups.map(({ kind, title, entries }) => (
            <section key={kind} aria-labelledby={`kind-${kind}`} className="mt-10">
              <h2 id={`kind-${kind}`} className="mb-4 text-xl font-semibold text-ink">
                {title}
              </h2>
              <div className="grid gap-4">
                {entries.map((entry) => (
                  <EventSection key={entry.type} document={document} entry={entry} />
                ))}
              </div>
            </section>
          ))}
        </main>
      </div>
    </div>
  );
}
