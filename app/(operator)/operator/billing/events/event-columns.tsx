"use client";

import { EventState } from "#app/(operator)/operator/billing/events/event-state.tsx";
import { useOpenEvent } from "#app/(operator)/operator/billing/events/use-open-event.ts";
import { ChooseCell } from "#app/_ui/data-table/choose-cell.tsx";
import { columnsFor } from "#app/_ui/data-table/columns.ts";
import { RowLink } from "#app/_ui/data-table/row-link.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { OpenStripeEvent } from "#server/operator/schema.ts";

const column = columnsFor<OpenStripeEvent>();

export const eventColumns = column.columns([
  column.display({
    id: "choose",
    header: () => <span className="sr-only">Choose</span>,
    cell: ({ row }) => <ChooseCell id={row.original.id} name={`${row.original.type} ${row.original.id}`} />,
    meta: { phone: "lead", width: "w-12", bar: "w-4" },
  }),
  column.accessor("type", {
    header: "Event",
    cell: ({ row }) => <EventCell event={row.original} />,
    meta: { phone: "title", width: "w-80", bar: "w-1/2" },
  }),
  column.accessor("state", {
    header: "State",
    cell: ({ getValue }) => <EventState state={getValue()} />,
    meta: { phone: "detail", width: "w-32", bar: "w-20" },
  }),
  column.accessor("organization", {
    header: "Organization",
    cell: ({ row }) => <OrganizationCell event={row.original} />,
    meta: { phone: "detail", bar: "w-24" },
  }),
  column.accessor("tries", {
    header: "Tries",
    cell: ({ getValue }) => (
      <span className="tabular">
        {getValue()}
        <span className="md:hidden"> tries</span>
      </span>
    ),
    meta: { phone: "detail", width: "w-16", align: "end", bar: "w-6" },
  }),
  column.accessor("receivedAt", {
    header: "Came",
    cell: ({ getValue }) => <RelativeTime date={getValue()} />,
    meta: { phone: "trailing", width: "w-32", align: "end", bar: "w-20" },
  }),
]);

function EventCell({ event }: { event: OpenStripeEvent }) {
  const { hrefOf, open } = useOpenEvent();
  return (
    <RowLink href={hrefOf(event.id)} onOpen={() => open(event.id)} className="font-mono text-sm">
      {event.type}
    </RowLink>
  );
}

function OrganizationCell({ event: { organization, customerId } }: { event: OpenStripeEvent }) {
  if (organization) return <span className="clip-line block">{organization.name}</span>;
  return (
    <span className="clip-line block text-ink-subtle">
      {customerId ? <span className="font-mono text-xs">{customerId}</span> : "Nobody's"}
    </span>
  );
}
