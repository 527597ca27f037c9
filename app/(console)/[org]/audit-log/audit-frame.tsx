"use client";

import type { ReactNode } from "react";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { TabNav } from "#app/_ui/tab-nav.tsx";

type AuditFrameProps = { actions?: ReactNode; children: ReactNode };

/** The head that the pages of the audit log share, with the ways between them. */
export function AuditFrame({ actions, children }: AuditFrameProps) {
  const { slug } = useOrganization();
  const { can } = useAccess();
  const at = `/${slug}/audit-log`;
  return (
    <>
      <PageHeader
        title="Audit log"
        description="Who did what, when and from where; sealed, so that nobody can change it unseen."
        actions={actions}
      />
      {can("audit_log.read") && (
        <TabNav
          label="Parts of the audit log"
          tabs={[
            { href: at, label: "Entries" },
            ...(can("audit_log.manage") ? [{ href: `${at}/streams`, label: "Streams" }] : []),
            { href: `${at}/settings`, label: "Settings" },
          ]}
        />
      )}
      {children}
    </>
  );
}
