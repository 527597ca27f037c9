"use client";

import type { ReactNode } from "react";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { Card } from "#app/_ui/card.tsx";
import { Refused } from "#app/_ui/empty-state.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { TabNav } from "#app/_ui/tab-nav.tsx";

/** The head that the pages of billing share, with the ways between them. */
export function BillingFrame({ children }: { children: ReactNode }) {
  const { slug } = useOrganization();
  const { can, why } = useAccess();
  const refused = why("billing.read");
  const at = `/${slug}/billing`;
  return (
    <>
      <PageHeader title="Billing" description="Plan, seats, payments and invoices of this organization." />
      {refused ? (
        <Card>
          <Refused message={`${refused}.`} />
        </Card>
      ) : (
        <>
          <TabNav
            label="Parts of billing"
            tabs={[
              { href: at, label: "Overview" },
              { href: `${at}/plans`, label: "Plans" },
              { href: `${at}/usage`, label: "Usage" },
              { href: `${at}/invoices`, label: "Invoices" },
            ]}
          />
          {!can("billing.manage") && (
            <p className="mb-5 max-w-4xl text-sm text-ink-muted">
              You can see billing. To change plan or payment, ask an owner, an admin or somebody else whose
              role permits it.
            </p>
          )}
          {children}
        </>
      )}
    </>
  );
}
