"use client";

import { useState } from "react";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { EndpointForm } from "#app/(console)/[org]/webhooks/_editor/endpoint-form.tsx";
import { inputOf, newEndpoint } from "#app/(console)/[org]/webhooks/_editor/endpoint-values.ts";
import { useWebhookActs } from "#app/(console)/[org]/webhooks/mutations.ts";
import { SecretDialog } from "#app/(console)/[org]/webhooks/secret-dialog.tsx";
import { Card } from "#app/_ui/card.tsx";
import { Refused } from "#app/_ui/empty-state.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import type { AddressHint } from "#server/webhooks/schema.ts";

type Made = { id: string; secret: string; hint: AddressHint };

/** The editor of an endpoint that is not there yet; at the end it shows the secret. */
export function NewEndpointPage() {
  const { slug } = useOrganization();
  const { why } = useAccess();
  const { create } = useWebhookActs();
  const go = useGo();
  const [made, setMade] = useState<Made | null>(null);
  const refused = why("webhooks.write");
  return (
    <>
      <PageHeader
        title="New endpoint"
        trail={[{ href: `/${slug}/webhooks`, label: "Webhooks" }]}
        description="An address of your own system that hears of what happens here."
      />
      {refused ? (
        <Card>
          <Refused message={`${refused}.`} />
        </Card>
      ) : (
        <EndpointForm
          before={newEndpoint}
          submitLabel="Create endpoint"
          onCancel={() => go(`/${slug}/webhooks`)}
          onSave={async (values) => setMade(await create(inputOf(values)))}
        />
      )}
      <SecretDialog
        made={made}
        title="Your endpoint is ready"
        onClose={() => {
          const { id } = made ?? {};
          setMade(null);
          go(id ? `/${slug}/webhooks/${id}` : `/${slug}/webhooks`);
        }}
      />
    </>
  );
}
