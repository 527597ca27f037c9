"use client";

import { useState } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RadioGroup as Radix } from "radix-ui";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { filterWords } from "#app/(console)/[org]/audit-log/filter-words.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button, buttonStyle } from "#app/_ui/button.tsx";
import { DialogActions } from "#app/_ui/dialog.tsx";
import { readServerError } from "#app/_ui/server-error.ts";
import type { AuditFilter, ExportFormat } from "#server/audit/schema.ts";

const formats = [
  { value: "csv", label: "CSV", hint: "For spreadsheets." },
  {
    value: "jsonl",
    label: "JSON Lines",
    hint: "For programs; holds all that is needed to recompute the chain.",
  },
] as const;

type ExportFormProps = { filter: AuditFilter; onBegun: (id: string) => void };

/** Which format, and off it goes. */
export function ExportForm({ filter, onBegun }: ExportFormProps) {
  const api = useApi();
  const queryClient = useQueryClient();
  const { slug } = useOrganization();
  const [format, setFormat] = useState<ExportFormat>("csv");
  const begin = useMutation(
    api.audit.export.mutationOptions({
      onSuccess: ({ id }) => {
        onBegun(id);
        void queryClient.invalidateQueries(api.audit.exports.queryFilter());
      },
    }),
  );
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!begin.isPending) begin.mutate({ format, filter });
      }}
    >
      {begin.error && (
        <Banner tone="danger" urgent>
          {readServerError(begin.error).message}
        </Banner>
      )}
      <div>
        <p className="text-sm font-medium text-ink">Entries</p>
        <p className="text-base text-ink-muted">{filterWords(filter)}</p>
      </div>
      <div>
        <p id="export-format" className="mb-1.5 text-sm font-medium text-ink">
          Format
        </p>
        <Radix.Root
          aria-labelledby="export-format"
          value={format}
          onValueChange={(value) => setFormat(value === "jsonl" ? "jsonl" : "csv")}
          className="grid gap-2 sm:grid-cols-2"
        >
          {formats.map(({ value, label, hint }) => (
            <Radix.Item
              key={value}
              value={value}
              aria-label={label}
              className="flex flex-col items-start rounded-md border border-line-control px-3 py-2 text-left hover:bg-hover data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft"
            >
              <span className="text-base font-medium text-ink">{label}</span>
              <span className="text-sm text-ink-muted">{hint}</span>
            </Radix.Item>
          ))}
        </Radix.Root>
      </div>
      <DialogActions>
        {/* A plain link: the browser saves what the server answers, and follows no page. */}
        <a href={downloadHref(slug, format, filter)} download className={buttonStyle({ variant: "ghost" })}>
          Download at once
        </a>
        <Button type="submit" variant="primary" loading={begin.isPending}>
          Export
        </Button>
      </DialogActions>
    </form>
  );
}

/** The compliance download: the same entries, written while they are read. */
function downloadHref(slug: string, format: ExportFormat, filter: AuditFilter): string {
  const { from, to, changesOnly, ...rest } = filter;
  const query = new URLSearchParams({ kind: "audit", organization: slug, format });
  for (const [name, value] of Object.entries(rest)) if (value) query.set(name, value);
  if (changesOnly) query.set("changesOnly", "true");
  if (from) query.set("from", from.toISOString());
  if (to) query.set("to", to.toISOString());
  return `/api/compliance/export?${query}`;
}
