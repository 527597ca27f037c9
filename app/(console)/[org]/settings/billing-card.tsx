"use client";

import { useMutation } from "@tanstack/react-query";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Card, CardHeader } from "#app/_ui/card.tsx";
import { toastError } from "#app/_ui/toast.tsx";

/** Leads to Stripe's customer portal, where invoices are paid and cards are kept: a session for each click. */
export function BillingCard() {
  const api = useApi();
  const { why } = useAccess();
  const open = useMutation(
    api.billing.openPortal.mutationOptions({
      onSuccess: ({ url }) => window.location.assign(url),
      onError: toastError,
    }),
  );
  return (
    <Card>
      <CardHeader
        className="flex-wrap pb-4"
        title="Billing"
        description="Invoices, receipts and cards are kept in Stripe’s customer portal."
        actions={
          <Button
            loading={open.isPending}
            disabledReason={why("billing.manage")}
            onClick={() => open.mutate()}
          >
            Open customer portal
          </Button>
        }
      />
    </Card>
  );
}
