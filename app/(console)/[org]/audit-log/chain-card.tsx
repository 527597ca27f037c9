"use client";

import { useState, type ReactNode } from "react";
import { LoaderCircle, ShieldAlert, ShieldCheck, ShieldQuestion } from "lucide-react";
import { BrokenNotice } from "#app/(console)/[org]/audit-log/broken-notice.tsx";
import { ProofDialog } from "#app/(console)/[org]/audit-log/proof-dialog.tsx";
import { useVerification } from "#app/(console)/[org]/audit-log/use-verification.ts";
import { Button } from "#app/_ui/button.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { Progress } from "#app/_ui/progress.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { AuditRun, AuditState } from "#server/audit/schema.ts";

const count = new Intl.NumberFormat("en");
/** The server stops counting there. */
const pendingMax = 1_000;

/** How far the log is sealed and when it was last proved, and the button that proves it now. */
export function ChainCard({ state }: { state: AuditState }) {
  const verification = useVerification();
  const [explaining, setExplaining] = useState(false);
  const { running, run } = verification;
  const finding = state.verified?.finding ?? null;
  return (
    <section aria-label="State of the log" className="mb-5">
      {finding && !running && <BrokenNotice finding={finding} verifiedAt={state.verified?.at ?? null} />}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-xl border border-line bg-surface px-4 py-3">
        <ChainMark state={state} running={running} />
        <div className="min-w-0 flex-1 basis-64">
          {running ? <Running run={run} /> : <Resting state={state} />}
        </div>
        <div className="flex shrink-0 items-center gap-1">
          <Button variant="ghost" onClick={() => setExplaining(true)}>
            How it is proved
          </Button>
          <Button loading={running} onClick={verification.begin}>
            Verify now
          </Button>
        </div>
      </div>
      <output className="sr-only">{announced(verification)}</output>
      {run?.state === "failed" && (
        <p className="mt-2 text-sm text-danger-text">
          The verification could not be finished. Try again; if it goes on, tell whoever operates Astra.
        </p>
      )}
      <ProofDialog open={explaining} onOpenChange={setExplaining} state={state} />
    </section>
  );
}

function announced({ run }: { run: AuditRun | undefined }): string {
  if (run?.state !== "done") return "";
  return run.result?.["finding"]
    ? "Verification finished: the log is broken."
    : `Verification finished: ${run.done} entries are as they were sealed.`;
}

function ChainMark({ state, running }: { state: AuditState; running: boolean }) {
  const { verified } = state;
  const broken = verified?.finding;
  const Icon = running ? LoaderCircle : broken ? ShieldAlert : verified ? ShieldCheck : ShieldQuestion;
  return (
    <span
      aria-hidden
      className={cn(
        "grid size-9 shrink-0 place-items-center rounded-lg [&_svg]:size-5",
        running || !verified
          ? "bg-pressed text-ink-muted"
          : broken
            ? "bg-danger-soft text-danger-text"
            : "bg-success-soft text-success-text",
      )}
    >
      <Icon className={cn(running && "animate-spin")} />
    </span>
  );
}

function Running({ run }: { run: AuditRun | undefined }) {
  const total = run?.state === "running" && run.total > 0 ? run.total : null;
  const done = run?.done ?? 0;
  return (
    <>
      <p className="text-base font-medium text-ink">Verifying the log</p>
      <Progress label="Verification" done={done} total={total} className="mt-1.5 max-w-md" />
      <p className="tabular mt-1 text-sm text-ink-subtle">
        {total === null
          ? "Waiting for a worker"
          : `${count.format(done)} of ${count.format(total)} entries recomputed`}
      </p>
    </>
  );
}

function Resting({ state }: { state: AuditState }) {
  const { sealed, pending, verified, checkpoint, prunedThrough } = state;
  const waiting = pending > pendingMax ? `more than ${count.format(pendingMax)}` : count.format(pending);
  const facts: ReactNode[] = [
    `${count.format(sealed - prunedThrough)} ${sealed - prunedThrough === 1 ? "entry" : "entries"} sealed`,
    ...(pending > 0 ? [`${waiting} ${pending === 1 ? "waits" : "wait"} for a seal`] : []),
    ...(verified && verified.through < sealed && !verified.finding
      ? [`verified through no. ${count.format(verified.through)}`]
      : []),
    ...(checkpoint
      ? [
          <>
            last checkpoint <RelativeTime date={checkpoint.at} />
          </>,
        ]
      : []),
  ];
  return (
    <>
      <p className="text-base font-medium text-ink">
        {verified?.finding ? (
          "Not as it was sealed"
        ) : verified ? (
          <>
            Sealed, verified <RelativeTime date={verified.at} />
          </>
        ) : (
          "Sealed, not verified yet"
        )}
      </p>
      <p className="text-sm text-ink-subtle">
        {facts.map((fact, index) => (
          // The facts keep their order, so that the index is a stable key here.
          // oxlint-disable-next-line react/no-array-index-key
          <span key={index}>
            {index > 0 && " · "}
            {fact}
          </span>
        ))}
      </p>
    </>
  );
}
