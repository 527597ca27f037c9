"use client";

import { ExternalLink } from "#app/(console)/[org]/_billing/external-link.tsx";
import { formatMoney } from "#app/(console)/[org]/_billing/money.ts";
import { InvoiceState } from "#app/(console)/[org]/billing/invoice-state.tsx";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import type { Outputs } from "#app/_trpc/types.ts";
import { columnsFor } from "#app/_ui/data-table/columns.ts";
import { CalendarDate } from "#app/_ui/relative-time.tsx";

type Invoice = Outputs["billing"]["invoices"]["items"][number];

const column = columnsFor<Invoice>();

export const invoiceColumns = column.columns([
  column.accessor("number", {
    header: "Invoice",
    cell: ({ row }) => <span className="font-mono text-sm text-ink">{row.original.number ?? "Draft"}</span>,
    meta: { phone: "title", bar: "w-32" },
  }),
  column.accessor("createdAt", {
    header: "Date",
    cell: ({ row }) => <CalendarDate date={row.original.createdAt} />,
    meta: { phone: "detail", width: "w-36", bar: "w-20" },
  }),
  column.accessor("total", {
    header: "Amount",
    cell: ({ row: { original } }) => (
      <span className="tabular">{formatMoney(original.total, original.currency)}</span>
    ),
    meta: { phone: "detail", width: "w-32", bar: "w-16" },
  }),
  column.accessor("status", {
    header: "State",
    cell: ({ row }) => <InvoiceState status={row.original.status} />,
    meta: { phone: "trailing", width: "w-36", bar: "w-14" },
  }),
  column.accessor("url", {
    header: "Documents",
    cell: ({ row }) => <Documents invoice={row.original} />,
    meta: { phone: "detail", width: "w-44", bar: "w-24" },
  }),
]);

function Documents({ invoice: { number, status, url, pdf } }: { invoice: Invoice }) {
  const { can } = useAccess();
  const name = number ?? "draft";
  const act = status === "open" && can("billing.manage") ? "Pay" : "View";
  return (
    <span className="flex items-center gap-4">
      {url && (
        <ExternalLink href={url} variant="link" label={`${act} ${name}`}>
          {act}
        </ExternalLink>
      )}
      {pdf && (
        <ExternalLink href={pdf} variant="link" label={`PDF of ${name}`}>
          PDF
        </ExternalLink>
      )}
    </span>
  );
}
