"use client";

import { useOpenJob } from "#app/(operator)/operator/dead-letters/use-open-job.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { ChooseCell } from "#app/_ui/data-table/choose-cell.tsx";
import { columnsFor } from "#app/_ui/data-table/columns.ts";
import { RowLink } from "#app/_ui/data-table/row-link.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { DeadJob } from "#server/operator/schema.ts";

const column = columnsFor<DeadJob>();

export const deadLetterColumns = column.columns([
  column.display({
    id: "choose",
    header: () => <span className="sr-only">Choose</span>,
    cell: ({ row }) => (
      <ChooseCell id={row.original.id} name={`${row.original.name} ${row.original.id.slice(0, 8)}`} />
    ),
    meta: { phone: "lead", width: "w-12", bar: "w-4" },
  }),
  column.accessor("name", {
    header: "Job",
    cell: ({ row }) => <JobCell job={row.original} />,
    meta: { phone: "title", width: "w-64", bar: "w-1/2" },
  }),
  column.accessor("organization", {
    header: "Organization",
    cell: ({ getValue }) => <OrganizationCell organization={getValue()} />,
    meta: { phone: "detail", width: "w-44", bar: "w-24" },
  }),
  column.accessor("error", {
    header: "Last error",
    cell: ({ getValue }) => (
      <span title={getValue() ?? undefined} className="clip-line block max-w-full font-mono text-xs">
        {getValue()}
      </span>
    ),
    meta: { phone: "detail", bar: "w-3/4", wideOnly: true },
  }),
  column.accessor("attempts", {
    header: "Tries",
    cell: ({ getValue }) => (
      <span className="tabular">
        {getValue()}
        <span className="md:hidden"> tries</span>
      </span>
    ),
    meta: { phone: "detail", width: "w-16", align: "end", bar: "w-6" },
  }),
  column.accessor("createdAt", {
    header: "Asked for",
    cell: ({ getValue }) => <RelativeTime date={getValue()} />,
    meta: { phone: "trailing", width: "w-32", align: "end", bar: "w-20" },
  }),
]);

function JobCell({ job }: { job: DeadJob }) {
  const { hrefOf, open } = useOpenJob();
  return (
    <div className="flex min-w-0 items-center gap-2">
      <RowLink href={hrefOf(job.id)} onOpen={() => open(job.id)} className="font-mono text-sm">
        {job.name}
      </RowLink>
      <Badge>{job.queue}</Badge>
    </div>
  );
}

function OrganizationCell({ organization }: { organization: DeadJob["organization"] }) {
  if (!organization) return <span className="text-ink-subtle">Platform</span>;
  return <span className="clip-line block">{organization.name}</span>;
}
