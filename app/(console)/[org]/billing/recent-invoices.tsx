"use client";

import { useQuery } from "@tanstack/react-query";
import { ExternalLink } from "#app/(console)/[org]/_billing/external-link.tsx";
import { formatMoney } from "#app/(console)/[org]/_billing/money.ts";
import { InvoiceState } from "#app/(console)/[org]/billing/invoice-state.tsx";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { CalendarDate } from "#app/_ui/relative-time.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";

const shownMax = 3;

/** The latest invoices, with the way to all. */
export function RecentInvoices() {
  const { slug } = useOrganization();
  const invoices = useQuery(useApi().billing.invoices.queryOptions({}));
  const shown = invoices.data?.items.slice(0, shownMax);
  return (
    <Card aria-label="Latest invoices">
      <CardHeader
        title="Latest invoices"
        actions={<ButtonLink href={`/${slug}/billing/invoices`}>All invoices</ButtonLink>}
      />
      {shown ? (
        <CardBody>
          {shown.length === 0 && <p className="text-base text-ink-muted">Nothing was billed yet.</p>}
          <ul className="divide-y divide-line">
            {shown.map(({ id, number, status, total, currency, createdAt, url }) => (
              <li
                key={id}
                className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2.5 sm:gap-x-4 text-base last:pb-0"
              >
                <span className="w-24 text-ink-muted sm:w-28">
                  <CalendarDate date={createdAt} />
                </span>
                <span className="tabular min-w-16 font-medium sm:min-w-20 text-ink">
                  {formatMoney(total, currency)}
                </span>
                <InvoiceState status={status} />
                {url && (
                  <span className="ml-auto">
                    <ExternalLink href={url} variant="link" label={`View invoice ${number ?? ""} at Stripe`}>
                      View
                    </ExternalLink>
                  </span>
                )}
              </li>
            ))}
          </ul>
        </CardBody>
      ) : invoices.isError ? (
        <LoadProblem error={invoices.error} onRetry={invoices.refetch} />
      ) : (
        <CardBody>
          <Skeleton className="h-24" />
        </CardBody>
      )}
    </Card>
  );
}
