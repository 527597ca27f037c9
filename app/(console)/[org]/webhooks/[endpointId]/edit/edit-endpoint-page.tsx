"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { ChangedMeanwhile } from "#app/(console)/[org]/webhooks/_editor/changed-meanwhile.tsx";
import { EndpointForm } from "#app/(console)/[org]/webhooks/_editor/endpoint-form.tsx";
import { changesOf, valuesOf } from "#app/(console)/[org]/webhooks/_editor/endpoint-values.ts";
import { useEndpointEditing } from "#app/(console)/[org]/webhooks/mutations.ts";
import { shortAddress } from "#app/(console)/[org]/webhooks/words.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Card } from "#app/_ui/card.tsx";
import { Refused } from "#app/_ui/empty-state.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import { toastDone, toastProblem } from "#app/_ui/toast.tsx";
import type { AddressHint, WebhookEndpoint } from "#server/webhooks/schema.ts";

/** The editor of one endpoint. */
export function EditEndpointPage({ id }: { id: string }) {
  const api = useApi();
  const { slug } = useOrganization();
  const { why } = useAccess();
  const { data, error, refetch } = useQuery(api.webhooks.get.queryOptions({ id }));
  const refused = why("webhooks.write");
  const at = `/${slug}/webhooks`;
  const name = data && (data.description || shortAddress(data.url));
  return (
    <>
      <PageHeader
        title="Edit endpoint"
        trail={[
          { href: at, label: "Webhooks" },
          { href: `${at}/${id}`, label: name ?? "Endpoint" },
        ]}
      />
      {refused ? (
        <Card>
          <Refused message={`${refused}.`} />
        </Card>
      ) : data ? (
        <Editor endpoint={data} back={`${at}/${id}`} />
      ) : error ? (
        <LoadProblem error={error} onRetry={refetch} />
      ) : (
        <>
          <LoadingNote>Loading the endpoint</LoadingNote>
          <Skeleton className="h-96" />
        </>
      )}
    </>
  );
}

function Editor({ endpoint, back }: { endpoint: WebhookEndpoint; back: string }) {
  const { save } = useEndpointEditing(endpoint.id);
  const go = useGo();
  // What the editor began with; a newer version is somebody else's, and is not put under their fingers.
  const [base, setBase] = useState(endpoint);
  const outdated = base.version !== endpoint.version;
  return (
    <EndpointForm
      before={valuesOf(base)}
      notice={
        outdated && (
          <ChangedMeanwhile
            before={valuesOf(base)}
            theirs={valuesOf(endpoint)}
            onTaken={() => setBase(endpoint)}
          />
        )
      }
      blocked={outdated ? "Decide first what becomes of the other change" : null}
      submitLabel="Save changes"
      needsChanges
      onCancel={() => go(back)}
      onSave={async (values) => {
        const changes = changesOf(valuesOf(base), values);
        if (Object.keys(changes).length > 0) tell((await save({ ...changes, version: base.version })).hint);
        go(back);
      }}
    />
  );
}

function tell(hint: AddressHint): void {
  if (hint === null) toastDone("Endpoint saved");
  else if (hint === "unresolved") toastProblem("Saved, but the address's name was not found just now");
  else toastProblem("Saved, but the address leads to where Astra does not send");
}
