"use client";

import { useState } from "react";
import { skipToken, useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { DeliveryDetail } from "#app/(console)/[org]/webhooks/_deliveries/delivery-detail.tsx";
import { useOpenDelivery } from "#app/(console)/[org]/webhooks/_deliveries/use-open-delivery.ts";
import { useWebhookActs } from "#app/(console)/[org]/webhooks/mutations.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { Sheet, SheetBody, SheetFooter } from "#app/_ui/sheet.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import { toastError } from "#app/_ui/toast.tsx";

const pollMs = 1_500;

/** The delivery that the address names: what was sent, each try, and what came back. */
export function DeliverySheet() {
  const api = useApi();
  const { openId: deliveryId, close } = useOpenDelivery();
  // While the sheet slides out the address names no delivery any more, but it is still seen.
  const [shown, setShown] = useState(deliveryId);
  if (deliveryId !== null && deliveryId !== shown) setShown(deliveryId);
  const query = useQuery({
    ...api.webhooks.delivery.queryOptions(shown ? { id: shown } : skipToken),
    refetchInterval: ({ state }) => (deliveryId && state.data?.state === "pending" ? pollMs : false),
  });
  const { data } = query;
  return (
    <Sheet
      open={deliveryId !== null}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      title={data ? <span className="font-mono text-base">{data.type}</span> : "Delivery"}
    >
      <SheetBody>
        {data ? (
          <DeliveryDetail delivery={data} />
        ) : query.isError ? (
          <LoadProblem error={query.error} onRetry={query.refetch} />
        ) : (
          <>
            <LoadingNote>Loading the delivery</LoadingNote>
            <Skeleton className="h-24" />
            <Skeleton className="h-48" />
          </>
        )}
      </SheetBody>
      {data && (
        <SheetFooter>
          <Resend id={data.id} waiting={data.state === "pending"} />
        </SheetFooter>
      )}
    </Sheet>
  );
}

function Resend({ id, waiting }: { id: string; waiting: boolean }) {
  const { why } = useAccess();
  const { replay, replaying } = useWebhookActs();
  return (
    <Button
      variant="primary"
      loading={replaying}
      disabledReason={why("webhooks.write")}
      onClick={() => void replay([id]).catch(toastError)}
    >
      <RotateCcw aria-hidden />
      {waiting ? "Try now" : "Send again"}
    </Button>
  );
}
