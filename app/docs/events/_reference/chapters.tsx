import type { ReactNode } from "react";
import { Card } from "#app/_ui/card.tsx";
import { FieldList } from "#app/docs/api/_reference/field-list.tsx";
import { CodeBlock } from "#app/docs/events/_reference/code-block.tsx";
import { envelopeFields, eventGroups } from "#app/docs/events/_reference/event-entries.ts";
import { pauseWords } from "#app/docs/events/_reference/pause-words.ts";
import type { OpenApiDocument } from "#server/api/rest/document.ts";
import { verificationPrograms } from "#server/events/verification.ts";
import { failingDays } from "#server/webhooks/record.ts";
import { schedulePresets } from "#server/webhooks/schema.ts";
import { sendDeadlineMs } from "#server/webhooks/send.ts";
import { eventDays } from "#server/webhooks/trim.ts";

/** What stands before the types, in its order. */
export const chapters = [
  { id: "envelope", title: "What arrives" },
  { id: "signature", title: "Is it from Astra?" },
  { id: "delivery", title: "Tries, and what ends them" },
  { id: "addresses", title: "Where Astra sends" },
  { id: "polling", title: "Asking instead of receiving" },
] as const;

function Chapter({ id, children }: { id: (typeof chapters)[number]["id"]; children: ReactNode }) {
  const title = chapters.find((chapter) => chapter.id === id)?.title;
  return (
    <Card id={id} aria-labelledby={`${id}-title`} className="mt-6 scroll-mt-6 px-5 py-4">
      <h2 id={`${id}-title`} className="text-base font-semibold text-ink">
        {title}
      </h2>
      {children}
    </Card>
  );
}

function Prose({ children }: { children: ReactNode }) {
  return <p className="mt-2 max-w-prose text-sm text-ink-muted">{children}</p>;
}

function Code({ children }: { children: ReactNode }) {
  return <code className="font-mono break-words text-ink">{children}</code>;
}

/** The envelope and its headers. */
export function EnvelopeChapter({ document }: { document: OpenApiDocument }) {
  const example = eventGroups()
    .flatMap(({ entries }) => entries)
    .find(({ type }) => type === "task.completed");
  return (
    <Chapter id="envelope">
      <Prose>
        A POST with a JSON body of these fields, and with the headers <Code>content-type</Code>,{" "}
        <Code>webhook-id</Code>, <Code>webhook-timestamp</Code> and <Code>webhook-signature</Code>, beside
        headers of your own that the endpoint has.
      </Prose>
      <FieldList document={document} fields={envelopeFields} required={[]} />
      {example && <CodeBlock title="A body" text={example.example} />}
      <Prose>
        Fields may be added to data; what is there keeps its meaning. An event may arrive more than once, and
        after a younger one: keep the <Code>webhook-id</Code> of what you have done, and read what is true now
        by the ids in data when the order counts.
      </Prose>
    </Chapter>
  );
}

/** Signature and the programs that check it. */
export function SignatureChapter() {
  return (
    <Chapter id="signature">
      <Prose>
        Signed as{" "}
        <a
          href="https://www.standardwebhooks.com"
          target="_blank"
          rel="noreferrer"
          className="rounded-sm text-accent-text underline underline-offset-2 hover:text-ink"
        >
          Standard Webhooks
        </a>{" "}
        say: HMAC-SHA-256 over <Code>webhook-id</Code>, <Code>webhook-timestamp</Code> and the body with dots
        between, by the bytes of the secret behind <Code>whsec_</Code>, in base64 behind <Code>v1,</Code>.
        While a secret is being changed there are two signatures with a space between; one of them is enough.
        Refuse what is older than five minutes, and compare in constant time.
      </Prose>
      <CodeBlock title="JavaScript, with standardwebhooks from npm" text={verificationPrograms.javascript} />
      <CodeBlock title="Python, with its standard library" text={verificationPrograms.python} />
    </Chapter>
  );
}

/** When it is tried again, and until when. */
export function DeliveryChapter() {
  return (
    <Chapter id="delivery">
      <Prose>
        An answer with a status from 200 to 299 within {sendDeadlineMs / 1_000} seconds, from finding the name
        to the end of the body, is a success. Everything else is not, redirects among it: they are not
        followed. Answer first and work afterwards.
      </Prose>
      <Prose>
        The first try is made at once, the others after the pauses of the endpoint&apos;s schedule, each ±20
        %:
      </Prose>
      <ul className="mt-2 divide-y divide-line text-sm">
        {Object.entries(schedulePresets).map(([tries, pauses]) => (
          <li key={tries} className="flex flex-wrap gap-x-3 py-1.5">
            <span className="w-20 shrink-0 font-medium text-ink">{tries} tries</span>
            <span className="min-w-0 text-ink-muted">after {pauses.map(pauseWords).join(", ")}</span>
          </li>
        ))}
        <li className="flex flex-wrap gap-x-3 py-1.5">
          <span className="w-20 shrink-0 font-medium text-ink">Your own</span>
          <span className="min-w-0 text-ink-muted">up to 19 pauses of a second to a week</span>
        </li>
      </ul>
      <Prose>
        <Code>Retry-After</Code> is heeded, for a day at most; with 429 and 503 nothing else is sent to the
        endpoint meanwhile. 410 disables the endpoint, and so do {failingDays} days of nothing but failures;
        the administrators are told. After the last try a delivery is dead. It can be sent again, alone or
        with all that is undelivered since a time, for {eventDays} days; and so can what happened while the
        endpoint was paused or disabled.
      </Prose>
    </Chapter>
  );
}

/** Which addresses are allowed. */
export function AddressesChapter({ ports }: { ports: readonly number[] }) {
  return (
    <Chapter id="addresses">
      <Prose>
        To https addresses of the public internet, at the ports {ports.join(", ")}, without a name and
        password in them. Every address that a name leads to must be public, at the moment of connecting;
        private, local and reserved ones are refused, however they are written. Certificates must be good.
      </Prose>
      <Prose>
        At most 16 KiB of an answer are read, and shown beside the try in the console. Headers of your own may
        carry a token, as in <Code>Authorization</Code>; their values are stored encrypted and shown to
        nobody.
      </Prose>
    </Chapter>
  );
}

/** For systems that nothing can be sent to. */
export function PollingChapter({ url }: { url: string }) {
  return (
    <Chapter id="polling">
      <Prose>
        The same events, in one order, with an API key that has <Code>events.read</Code>; it is told of what
        it may read alone, so <Code>task.created</Code> needs <Code>tasks.read</Code> as well. Send the
        answer&apos;s <Code>cursor</Code> as <Code>after</Code> the next time; without one it begins with the
        oldest event that is kept. No event is left out, also when its transaction was long; what has just
        happened may take a moment until it is there. With <Code>more</Code> ask again at once.
      </Prose>
      <CodeBlock
        title="From a shell"
        text={`curl -H "Authorization: Bearer $ASTRA_API_KEY" \\\n  "${url}/api/v1/$ASTRA_ORGANIZATION/events?limit=200"`}
      />
      <Prose>
        Events are kept for {eventDays} days. A cursor behind which some are gone is refused with{" "}
        <Code>cursor_too_old</Code>: then begin anew without one, and compare with what is there.
      </Prose>
    </Chapter>
  );
}
