"use client";

import { useEffect } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { bytesInWords } from "#app/(console)/[org]/audit-log/bytes.ts";
import { isOver } from "#app/(console)/[org]/audit-log/use-verification.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button, buttonStyle } from "#app/_ui/button.tsx";
import { DialogActions } from "#app/_ui/dialog.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { Progress } from "#app/_ui/progress.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { AuditRun } from "#server/audit/schema.ts";

const pollMs = 700;
const count = new Intl.NumberFormat("en");

/** An export under way, and its link once it is done. */
export function ExportProgress({ id, onAnother }: { id: string; onAnother: () => void }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const query = useQuery({
    ...api.audit.run.queryOptions({ id }),
    refetchInterval: ({ state }) => (state.data && isOver(state.data.state) ? false : pollMs),
    retry: false,
  });
  const run = query.data;
  const over = run !== undefined && isOver(run.state);
  useEffect(() => {
    if (over) void queryClient.invalidateQueries(api.audit.exports.queryFilter());
  }, [over, api, queryClient]);
  if (query.isError && !run) return <LoadProblem error={query.error} onRetry={query.refetch} />;
  return (
    <div className="flex flex-col gap-3">
      {over ? <Outcome run={run} /> : <Writing run={run} />}
      <DialogActions>
        <Button onClick={onAnother}>Another export</Button>
        {run?.downloadPath && (
          <a href={run.downloadPath} download className={buttonStyle({ variant: "primary" })}>
            <Download aria-hidden />
            Download
          </a>
        )}
      </DialogActions>
    </div>
  );
}

function Writing({ run }: { run: AuditRun | undefined }) {
  const begun = run?.state === "running";
  return (
    <div>
      <p className="text-base font-medium text-ink">{begun ? "Writing the file" : "Waiting for a worker"}</p>
      <Progress label="Export" done={run?.done ?? 0} total={null} className="mt-1.5" />
      <output className="tabular mt-1 block text-sm text-ink-subtle">
        {begun ? `${count.format(run.done)} entries so far` : "You can close this; it goes on."}
      </output>
    </div>
  );
}

function Outcome({ run }: { run: AuditRun }) {
  if (run.state === "failed") {
    return (
      <Banner tone="danger" urgent>
        The export could not be written. Try again; if it goes on, tell whoever operates Astra.
      </Banner>
    );
  }
  if (!run.downloadPath) return <Banner tone="warning">This export has expired. Ask for another one.</Banner>;
  const bytes = Number(run.result?.["bytes"] ?? 0);
  return (
    <Banner
      tone="success"
      title={`${count.format(run.total)} ${run.total === 1 ? "entry" : "entries"}, ${bytesInWords(bytes)}`}
    >
      {run.expiresAt && (
        <>
          The link works for whoever may export the log, and expires <RelativeTime date={run.expiresAt} />.
        </>
      )}
    </Banner>
  );
}
