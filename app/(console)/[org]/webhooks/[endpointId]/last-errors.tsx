"use client";

import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useHealth } from "#app/(console)/[org]/webhooks/[endpointId]/health-card.tsx";
import { useOpenDelivery } from "#app/(console)/[org]/webhooks/_deliveries/use-open-delivery.ts";
import { deliveryStateWords, whyInWords } from "#app/(console)/[org]/webhooks/words.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { RowLink } from "#app/_ui/data-table/row-link.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { EndpointHealth } from "#server/webhooks/schema.ts";

/** What went wrong last, each a way to its delivery. */
export function LastErrors({ id }: { id: string }) {
  const { slug } = useOrganization();
  const { health } = useHealth(id);
  const errors = health.data?.lastErrors;
  return (
    <Card aria-label="Last errors">
      <CardHeader
        title="Last errors"
        className="flex-wrap"
        actions={
          <ButtonLink
            href={`/${slug}/webhooks/deliveries?endpoint=${id}`}
            size="sm"
            className="pointer-coarse:h-10"
          >
            All deliveries
          </ButtonLink>
        }
      />
      {errors && errors.length > 0 ? (
        <ul className="divide-y divide-line border-t border-line">
          {errors.map((error) => (
            <ErrorLine key={error.deliveryId} error={error} />
          ))}
        </ul>
      ) : (
        <CardBody className="text-base text-ink-subtle">
          {errors ? "Nothing that waits or was given up has failed." : " "}
        </CardBody>
      )}
    </Card>
  );
}

function ErrorLine({ error }: { error: EndpointHealth["lastErrors"][number] }) {
  const { hrefOf, open } = useOpenDelivery();
  const { label, tone } = deliveryStateWords[error.state];
  return (
    <li className="relative flex flex-wrap items-center gap-x-3 gap-y-1 px-5 py-2.5 hover:bg-hover">
      <span className="min-w-0 flex-1 basis-48">
        <RowLink
          href={hrefOf(error.deliveryId)}
          onOpen={() => open(error.deliveryId)}
          scroll={false}
          className="font-mono text-sm"
        >
          {error.type}
        </RowLink>
      </span>
      <span className="text-sm text-ink-muted">{whyInWords(error.error, error.status)}</span>
      <Badge tone={tone}>{label}</Badge>
      <span className="text-sm text-ink-subtle sm:w-28 sm:text-right">
        <RelativeTime date={error.at} />
      </span>
    </li>
  );
}
