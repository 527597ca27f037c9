import { EventTypeCell, EventWhereCell } from "#app/(console)/[org]/events/event-cells.tsx";
import { columnsFor } from "#app/_ui/data-table/columns.ts";
import { ClockTime } from "#app/_ui/relative-time.tsx";
import type { EventRow } from "#server/events/schema.ts";

const column = columnsFor<EventRow>();

export const eventColumns = column.columns([
  column.accessor("at", {
    header: "When",
    cell: ({ row }) => <ClockTime date={row.original.at} />,
    meta: { phone: "detail", width: "w-36", bar: "w-28" },
  }),
  column.accessor("type", {
    header: "What",
    cell: ({ row }) => <EventTypeCell event={row.original} />,
    meta: { phone: "title", bar: "w-1/2" },
  }),
  column.display({
    id: "where",
    header: "Where it went",
    cell: ({ row }) => <EventWhereCell event={row.original} />,
    meta: { phone: "detail", width: "w-72", bar: "w-32" },
  }),
]);
