"use client";

import type { ReactNode } from "react";
import { Pencil } from "lucide-react";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { scheduleInWords } from "#app/(console)/[org]/webhooks/words.ts";
import { Button } from "#app/_ui/button.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import type { WebhookEndpoint } from "#server/webhooks/schema.ts";

/** How an endpoint is set. */
export function SettingsCard({ endpoint }: { endpoint: WebhookEndpoint }) {
  const { slug } = useOrganization();
  const { why } = useAccess();
  const go = useGo();
  const { types, payload, headerNames, schedule, perSecond, concurrency, createdAt, createdBy } = endpoint;
  return (
    <Card aria-label="Settings">
      <CardHeader
        title="Settings"
        actions={
          <Button
            size="sm"
            className="pointer-coarse:h-10"
            disabledReason={why("webhooks.write")}
            onClick={() => go(`/${slug}/webhooks/${endpoint.id}/edit`)}
          >
            <Pencil aria-hidden />
            Edit
          </Button>
        }
      />
      <CardBody>
        <dl className="flex flex-col text-base">
          <Fact name="Events">
            <ul className="flex flex-wrap gap-x-3">
              {types.map((type) => (
                <li key={type} className="font-mono text-sm break-all">
                  {type === "*" ? "* (all)" : type}
                </li>
              ))}
            </ul>
          </Fact>
          <Fact name="Payload">{payload === "full" ? "Whole" : "Thin: ids alone"}</Fact>
          <Fact name="Schedule">{scheduleInWords(schedule)}</Fact>
          <Fact name="Limits">
            {perSecond === null ? "No rate limit" : `${perSecond} requests a second`}, {concurrency} at once
          </Fact>
          <Fact name="Headers">
            {headerNames.length === 0 ? (
              "None of your own"
            ) : (
              <span className="font-mono text-sm break-all">{headerNames.join(", ")}</span>
            )}
          </Fact>
          <Fact name="Added">
            <RelativeTime date={createdAt} />
            {createdBy && ` by ${createdBy}`}
          </Fact>
        </dl>
      </CardBody>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-x-3 border-b border-line py-2 last:border-b-0">
      <dt className="text-sm text-ink-subtle">{name}</dt>
      <dd className="min-w-0 text-ink-muted">{children}</dd>
    </div>
  );
}
