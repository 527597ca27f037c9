"use client";

import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { ButtonLink } from "#app/_ui/button.tsx";
import { Card, CardHeader } from "#app/_ui/card.tsx";

/** Leads to billing, for those who may see it. */
export function BillingCard() {
  const { slug } = useOrganization();
  const { can } = useAccess();
  if (!can("billing.read")) return null;
  return (
    <Card>
      <CardHeader
        className="flex-wrap pb-4"
        title="Billing"
        description="Plan, seats, payment and invoices."
        actions={<ButtonLink href={`/${slug}/billing`}>Open billing</ButtonLink>}
      />
    </Card>
  );
}
