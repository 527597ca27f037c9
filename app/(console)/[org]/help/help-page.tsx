"use client";

import type { ReactNode } from "react";
import { BookOpen, Zap } from "lucide-react";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { ButtonLink } from "#app/_ui/button.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { Kbd, useCommandKey } from "#app/_ui/kbd.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";

/** What Astra does today, said plainly, and the keys that work. */
export function HelpPage() {
  const { me } = useOrganization();
  return (
    <div className="max-w-3xl">
      <PageHeader title="Help" description="What is here today, and how to get around." />
      <div className="flex flex-col gap-6">
        <Card>
          <CardHeader title="What you can do here" />
          <CardBody>
            <ul className="flex list-disc flex-col gap-1.5 pl-5 text-base text-ink-muted marker:text-ink-subtle">
              <li>Keep projects, archive them, and bring them back.</li>
              <li>Keep tasks with a status, an assignee and a due date; search, filter and sort them.</li>
              <li>Undo a deletion from the note that appears after it.</li>
              <li>
                Invite people, one or two hundred at once; change what they may, suspend and remove them.
              </li>
              <li>Make roles of your own, each with just what its members need.</li>
              <li>Make API keys for programs, rotate them without a break, and revoke them at once.</li>
              <li>
                Let your own systems hear of what happens by webhooks; see each delivery, and send again what
                did not arrive.
              </li>
              <li>See who did what in the audit log, prove that it is whole, export it and stream it.</li>
              <li>
                Try and buy a plan, change it with a preview of what it costs, see what is used of it, and pay
                what is open.
              </li>
              <li>Change the organization&apos;s name and address, or schedule its deletion.</li>
            </ul>
            <p className="mt-4 text-base text-ink-muted">
              Your role here is <strong className="font-medium text-ink">{me.roleName}</strong>. What it does
              not permit is shown as unavailable, with the reason.
            </p>
          </CardBody>
        </Card>
        <Card>
          <CardHeader
            title="For programs"
            description="Everything that an API key can do, call by call, with examples."
            className="flex-wrap pb-4"
            actions={
              <>
                <ButtonLink href="/docs/api">
                  <BookOpen aria-hidden />
                  API reference
                </ButtonLink>
                <ButtonLink href="/docs/events">
                  <Zap aria-hidden />
                  Events and webhooks
                </ButtonLink>
              </>
            }
          />
        </Card>
        <Card>
          <CardHeader title="Not here yet" description="So that you need not look for it." />
          <CardBody>
            <p className="text-base text-ink-muted">
              Sign-in with two factors and single sign-on are not part of Astra yet.
            </p>
          </CardBody>
        </Card>
        <KeysCard />
      </div>
    </div>
  );
}

function KeysCard() {
  const commandKey = useCommandKey();
  return (
    <Card>
      <CardHeader title="Keyboard" />
      <CardBody>
        <dl className="divide-y divide-line text-base">
          <KeyLine keys={[commandKey, "K"]}>Search, go anywhere, run a command</KeyLine>
          <KeyLine keys={["↑", "↓"]}>Move between the rows of a list, once one has the focus</KeyLine>
          <KeyLine keys={["Enter"]}>Open the row with the focus</KeyLine>
          <KeyLine keys={["Esc"]}>Close what is open; clear a search field</KeyLine>
          <KeyLine keys={["Page Up", "Page Down"]}>Go by months in a calendar</KeyLine>
          <KeyLine keys={["Alt", "T"]}>Go to the notes in the corner, to undo</KeyLine>
        </dl>
      </CardBody>
    </Card>
  );
}

function KeyLine({ keys, children }: { keys: readonly string[]; children: ReactNode }) {
  return (
    <div className="flex items-center justify-between gap-4 py-2.5">
      <dt className="text-ink-muted">{children}</dt>
      <dd className="flex shrink-0 gap-1">
        {keys.map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </dd>
    </div>
  );
}
