"use client";

import type { ReactNode } from "react";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { Card } from "#app/_ui/card.tsx";
import { Refused } from "#app/_ui/empty-state.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { TabNav } from "#app/_ui/tab-nav.tsx";

type WebhooksFrameProps = { actions?: ReactNode; children: ReactNode };

/** The head that the lists of webhooks share, with the ways between them; who may not see them is told so. */
export function WebhooksFrame({ actions, children }: WebhooksFrameProps) {
  const { slug } = useOrganization();
  const { why } = useAccess();
  const refused = why("webhooks.read");
  const at = `/${slug}/webhooks`;
  return (
    <>
      <PageHeader
        title="Webhooks"
        description="Your systems hear of what happens here: signed, tried again, and nothing lost unseen."
        actions={refused ? undefined : actions}
      />
      {refused ? (
        <Card>
          <Refused message={`${refused}.`} />
        </Card>
      ) : (
        <>
          <TabNav
            label="Parts of webhooks"
            tabs={[
              { href: at, label: "Endpoints" },
              { href: `${at}/deliveries`, label: "Deliveries" },
              { href: `${at}/undelivered`, label: "Undelivered" },
            ]}
          />
          {children}
        </>
      )}
    </>
  );
}
