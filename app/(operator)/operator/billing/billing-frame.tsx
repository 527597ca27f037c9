"use client";

import type { ReactNode } from "react";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { TabNav } from "#app/_ui/tab-nav.tsx";

const tabs = [
  { href: "/operator/billing", label: "Revenue" },
  { href: "/operator/billing/events", label: "Stripe's events" },
];

/** The head that the pages on the fleet's billing share. */
export function BillingFrame({ actions, children }: { actions?: ReactNode; children: ReactNode }) {
  return (
    <>
      <PageHeader
        title="Billing"
        description="What organizations pay, as the last looks at Stripe have found it."
        actions={actions}
      />
      <TabNav label="Parts of billing" tabs={tabs} />
      {children}
    </>
  );
}
