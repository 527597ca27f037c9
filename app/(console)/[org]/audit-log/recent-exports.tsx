"use client";

import { useQuery } from "@tanstack/react-query";
import { bytesInWords } from "#app/(console)/[org]/audit-log/bytes.ts";
import { isOver } from "#app/(console)/[org]/audit-log/use-verification.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { buttonStyle } from "#app/_ui/button.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { AuditExport } from "#server/audit/schema.ts";

const formatNames = { csv: "CSV", jsonl: "JSON Lines" } as const;
const pollMs = 3_000;
const count = new Intl.NumberFormat("en");

/** The last exports of the organization, except the one that is looked at. */
export function RecentExports({ current }: { current: string }) {
  const api = useApi();
  const exports = useQuery({
    ...api.audit.exports.queryOptions(),
    refetchInterval: ({ state }) => (state.data?.some((run) => !isOver(run.state)) ? pollMs : false),
  });
  const others = (exports.data ?? []).filter(({ id }) => id !== current);
  if (others.length === 0) return null;
  return (
    <section aria-labelledby="recent-exports" className="border-t border-line pt-4">
      <h3 id="recent-exports" className="text-sm font-medium text-ink">
        Recent exports
      </h3>
      <ul className="mt-1 divide-y divide-line">
        {others.map((run) => (
          <li key={run.id} className="flex items-center justify-between gap-3 py-2 text-sm">
            <span className="min-w-0">
              <span className="block text-ink">
                {run.format && formatNames[run.format]}{" "}
                <span className="text-ink-subtle">{stateOf(run)}</span>
              </span>
              <span className="clip-line block text-xs text-ink-subtle">
                {run.requestedBy ? `${run.requestedBy}, ` : ""}
                <RelativeTime date={run.createdAt} />
              </span>
            </span>
            {run.downloadPath && (
              <a
                href={run.downloadPath}
                download
                aria-label={`Download the export of ${run.createdAt.toISOString()}`}
                className={buttonStyle({ size: "sm" })}
              >
                Download
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function stateOf(run: AuditExport): string {
  if (run.downloadPath) {
    return `${count.format(run.total)} ${run.total === 1 ? "entry" : "entries"}, ${bytesInWords(Number(run.result?.["bytes"] ?? 0))}`;
  }
  if (run.state === "failed") return "failed";
  return isOver(run.state) ? "expired" : "being written";
}
