import type { ReactNode } from "react";
import { BillingFrame } from "#app/(console)/[org]/billing/billing-frame.tsx";
import { findOrganization } from "#app/_trpc/open-organization.ts";
import { currentSession } from "#server/identity/current-session.ts";

type Props = { params: Promise<{ org: string }>; children: ReactNode };

/** Only dresses the pages of billing; outside of an organization that can be entered there is nothing to dress. */
export default async function BillingLayout({ params, children }: Props) {
  const { org } = await params;
  const found = (await currentSession()) ? await findOrganization(org) : null;
  if (!found || "refused" in found || found.organization.slug !== org) return children;
  return <BillingFrame>{children}</BillingFrame>;
}
