import {
  AddressCell,
  PlaceCell,
  WhatCell,
  WhenCell,
  WhoCell,
} from "#app/(console)/[org]/audit-log/entry-cells.tsx";
import { columnsFor } from "#app/_ui/data-table/columns.ts";
import type { AuditRow } from "#server/audit/schema.ts";

const column = columnsFor<AuditRow>();

export const entryColumns = column.columns([
  column.accessor("at", {
    header: "When",
    cell: ({ row }) => <WhenCell entry={row.original} />,
    meta: { phone: "detail", width: "w-36", bar: "w-28" },
  }),
  column.display({
    id: "who",
    header: "Who",
    cell: ({ row }) => <WhoCell entry={row.original} />,
    meta: { phone: "detail", width: "w-40 lg:w-48", bar: "w-32" },
  }),
  column.display({
    id: "what",
    header: "What",
    cell: ({ row }) => <WhatCell entry={row.original} />,
    meta: { phone: "title", bar: "w-2/3" },
  }),
  column.display({
    id: "ip",
    header: "From",
    cell: ({ row }) => <AddressCell entry={row.original} />,
    meta: { phone: "hidden", width: "w-32", wideOnly: true, bar: "w-20" },
  }),
  column.display({
    id: "place",
    header: "No.",
    cell: ({ row }) => <PlaceCell entry={row.original} />,
    meta: { phone: "trailing", width: "w-16", wideOnly: true, align: "end", bar: "ml-auto w-8" },
  }),
]);
