"use client";

import { useEffect, useRef } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleCheckBig, CircleX } from "lucide-react";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Button, ButtonLink } from "#app/_ui/button.tsx";
import { Card } from "#app/_ui/card.tsx";
import { FirstUse } from "#app/_ui/empty-state.tsx";
import { readServerError } from "#app/_ui/server-error.ts";
import { Spinner } from "#app/_ui/spinner.tsx";

type Confirmed = Outputs["billing"]["confirmCheckout"];

/** Where checkout leads back to: asks what Stripe has, and says it. The address alone means nothing. */
export function ReturnPage({ sessionId }: { sessionId: string }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const confirm = useMutation(
    api.billing.confirmCheckout.mutationOptions({
      onSuccess: () => {
        void queryClient.invalidateQueries(api.billing.pathFilter());
        void queryClient.invalidateQueries(api.organization.pathFilter());
      },
    }),
  );
  const { mutate } = confirm;
  const asked = useRef(false);
  useEffect(() => {
    // An effect may run twice; once is enough.
    if (asked.current) return;
    asked.current = true;
    mutate({ sessionId });
  }, [mutate, sessionId]);
  return (
    <Card aria-live="polite" className="max-w-3xl">
      {confirm.data ? (
        <Answer confirmed={confirm.data} />
      ) : confirm.isError ? (
        <Problem error={confirm.error} onRetry={() => confirm.mutate({ sessionId })} />
      ) : (
        <p className="flex items-center gap-2.5 px-6 py-14 text-base text-ink-muted">
          <Spinner /> Confirming with Stripe…
        </p>
      )}
    </Card>
  );
}

function Answer({ confirmed: { checkout, plan, status } }: { confirmed: Confirmed }) {
  const { slug } = useOrganization();
  const back = <ButtonLink href={`/${slug}/billing`}>Go to billing</ButtonLink>;
  if (checkout === "complete" && plan !== null) {
    const text = status === "trialing" ? "The trial has begun." : "The payment has arrived.";
    return <FirstUse icon={<CircleCheckBig />} title={`You are on ${plan}`} text={text} action={back} />;
  }
  return (
    <FirstUse
      icon={<CircleX />}
      title="Nothing was bought"
      text="The checkout was not finished."
      action={back}
    />
  );
}

function Problem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { slug } = useOrganization();
  const { message } = readServerError(error);
  return (
    <FirstUse
      icon={<CircleX />}
      title="This could not be confirmed"
      text={message}
      action={
        <>
          <Button onClick={onRetry}>Try again</Button>
          <ButtonLink href={`/${slug}/billing`}>Go to billing</ButtonLink>
        </>
      }
    />
  );
}
