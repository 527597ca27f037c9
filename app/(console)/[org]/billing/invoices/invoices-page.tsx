"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChevronRight, ReceiptText } from "lucide-react";
import { useQueryStates } from "nuqs";
import { invoiceColumns } from "#app/(console)/[org]/billing/invoices/invoice-columns.tsx";
import { invoicesInput, invoicesSearch } from "#app/(console)/[org]/billing/invoices/search-params.ts";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button, ButtonLink } from "#app/_ui/button.tsx";
import { DataTable } from "#app/_ui/data-table/data-table.tsx";
import { FirstUse } from "#app/_ui/empty-state.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";

const newestFirst = { by: "createdAt", direction: "desc" } as const;

/** What was billed, the newest first, with Stripe's own pages and papers. */
export function InvoicesPage() {
  const api = useApi();
  const [search, setSearch] = useQueryStates(invoicesSearch, { history: "push" });
  const invoices = useQuery({
    ...api.billing.invoices.queryOptions(invoicesInput(search)),
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: "always",
  });
  const next = invoices.data?.nextCursor ?? null;
  return (
    <DataTable
      label="Invoices"
      columns={invoiceColumns}
      rows={invoices.data?.items}
      stale={invoices.isPlaceholderData}
      sort={newestFirst}
      sortOptions={[]}
      onSortChange={() => {}}
      failure={
        invoices.isError && !invoices.data ? (
          <LoadProblem error={invoices.error} onRetry={invoices.refetch} />
        ) : null
      }
      empty={<NoInvoices />}
      footer={
        (search.cursor || next) && (
          <nav
            aria-label="Pages of invoices"
            className="flex justify-end gap-1 border-t border-line px-4 py-2"
          >
            <Button
              size="sm"
              variant="ghost"
              className="pointer-coarse:h-10"
              disabledReason={search.cursor ? null : "These are the newest"}
              onClick={() => void setSearch({ cursor: null })}
            >
              Newest
            </Button>
            <Button
              size="sm"
              variant="ghost"
              className="pointer-coarse:h-10"
              disabledReason={next ? null : "There are no older ones"}
              onClick={() => void setSearch({ cursor: next })}
            >
              Older
              <ChevronRight aria-hidden />
            </Button>
          </nav>
        )
      }
    />
  );
}

function NoInvoices() {
  const { slug } = useOrganization();
  const { can } = useAccess();
  return (
    <FirstUse
      icon={<ReceiptText />}
      title="No invoices"
      text="Once something was bought, its invoices stand here, to look at and to download."
      action={can("billing.manage") && <ButtonLink href={`/${slug}/billing/plans`}>See plans</ButtonLink>}
    />
  );
}
