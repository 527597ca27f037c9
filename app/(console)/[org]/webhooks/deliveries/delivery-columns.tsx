import {
  DeliveryEndpointCell,
  DeliveryOutcomeCell,
  DeliveryStateCell,
  DeliveryTypeCell,
} from "#app/(console)/[org]/webhooks/deliveries/delivery-cells.tsx";
import { ChooseCell } from "#app/_ui/data-table/choose-cell.tsx";
import { columnsFor } from "#app/_ui/data-table/columns.ts";
import { ClockTime } from "#app/_ui/relative-time.tsx";
import type { DeliveryRow } from "#server/webhooks/schema.ts";

const column = columnsFor<DeliveryRow>();

export const deliveryColumns = column.columns([
  column.display({
    id: "choose",
    header: () => <span className="sr-only">Choose</span>,
    cell: ({ row }) => (
      <ChooseCell id={row.original.id} name={`${row.original.type} ${row.original.id.slice(-8)}`} />
    ),
    meta: { phone: "lead", width: "w-12", bar: "w-4" },
  }),
  column.accessor("type", {
    header: "Event",
    cell: ({ row }) => <DeliveryTypeCell delivery={row.original} />,
    meta: { phone: "title", bar: "w-1/2" },
  }),
  column.display({
    id: "endpoint",
    header: "Endpoint",
    cell: ({ row }) => <DeliveryEndpointCell delivery={row.original} />,
    meta: { phone: "detail", width: "w-52", bar: "w-32" },
  }),
  column.accessor("state", {
    header: "State",
    cell: ({ row }) => <DeliveryStateCell delivery={row.original} />,
    meta: { phone: "trailing", width: "w-28", bar: "w-16" },
  }),
  column.display({
    id: "outcome",
    header: "Last answer",
    cell: ({ row }) => <DeliveryOutcomeCell delivery={row.original} />,
    meta: { phone: "detail", width: "w-44", bar: "w-24", wideOnly: true },
  }),
  column.accessor("createdAt", {
    header: "Happened",
    cell: ({ row }) => <ClockTime date={row.original.createdAt} />,
    meta: { phone: "detail", width: "w-36", bar: "w-28" },
  }),
]);
