"use client";

import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { AddressCard } from "#app/(console)/[org]/settings/address-card.tsx";
import { BillingCard } from "#app/(console)/[org]/settings/billing-card.tsx";
import { DangerCard } from "#app/(console)/[org]/settings/danger-card.tsx";
import { NameCard } from "#app/(console)/[org]/settings/name-card.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { CopyButton } from "#app/_ui/copy-button.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { CalendarDate } from "#app/_ui/relative-time.tsx";

/** What the organization is called, where it lives, and how it ends. */
export function SettingsPage() {
  return (
    <div className="max-w-3xl">
      <PageHeader title="Settings" description="General settings of this organization." />
      <div className="flex flex-col gap-6">
        <NameCard />
        <AddressCard />
        <AboutCard />
        <BillingCard />
        <AuditCard />
        <DangerCard />
      </div>
    </div>
  );
}

function AuditCard() {
  const { slug } = useOrganization();
  return (
    <Card>
      <CardHeader
        className="flex-wrap pb-4"
        title="Audit log"
        description="How long entries are kept, legal holds, and which reads are recorded."
        actions={<ButtonLink href={`/${slug}/audit-log/settings`}>Open audit settings</ButtonLink>}
      />
    </Card>
  );
}

function AboutCard() {
  const { id, plan, createdAt } = useOrganization();
  return (
    <Card>
      <CardHeader title="About" />
      <CardBody>
        <dl className="grid gap-x-8 gap-y-3 text-base sm:grid-cols-[9rem_1fr]">
          <dt className="text-ink-subtle">Plan</dt>
          <dd>
            <Badge tone="accent" className="capitalize">
              {plan}
            </Badge>
          </dd>
          <dt className="text-ink-subtle">Created</dt>
          <dd>
            <CalendarDate date={createdAt} />
          </dd>
          <dt className="text-ink-subtle">Organization ID</dt>
          <dd className="flex min-w-0 items-center gap-1">
            <code className="clip-line font-mono text-sm">{id}</code>
            <CopyButton text={id} label="Copy organization ID" />
          </dd>
        </dl>
      </CardBody>
    </Card>
  );
}
