import {
  EndpointAddressCell,
  EndpointDayCell,
  EndpointQueueCell,
  EndpointStateCell,
} from "#app/(console)/[org]/webhooks/endpoint-cells.tsx";
import { columnsFor } from "#app/_ui/data-table/columns.ts";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { WebhookEndpointRow } from "#server/webhooks/schema.ts";

const column = columnsFor<WebhookEndpointRow>();

export const endpointColumns = column.columns([
  column.accessor("url", {
    header: "Endpoint",
    cell: ({ row }) => <EndpointAddressCell endpoint={row.original} />,
    meta: { phone: "title", bar: "w-1/2" },
  }),
  column.accessor("state", {
    header: "State",
    cell: ({ row }) => <EndpointStateCell endpoint={row.original} />,
    meta: { phone: "trailing", width: "w-44", bar: "w-20" },
  }),
  column.accessor("lastDay", {
    header: "Last 24 hours",
    cell: ({ row }) => <EndpointDayCell endpoint={row.original} />,
    meta: { phone: "detail", width: "w-44", bar: "w-28" },
  }),
  column.accessor("queue", {
    header: "Not arrived",
    cell: ({ row }) => <EndpointQueueCell endpoint={row.original} />,
    meta: { phone: "detail", width: "w-48", bar: "w-24" },
  }),
  column.accessor("createdAt", {
    header: "Added",
    cell: ({ row }) => <RelativeTime date={row.original.createdAt} />,
    meta: { phone: "hidden", width: "w-32", bar: "w-20", wideOnly: true },
  }),
]);
