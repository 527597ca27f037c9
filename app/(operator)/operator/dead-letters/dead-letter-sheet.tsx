"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { DiscardDialog } from "#app/(operator)/operator/dead-letters/discard-dialog.tsx";
import { useDeadLetters } from "#app/(operator)/operator/dead-letters/mutations.ts";
import { useOpenJob } from "#app/(operator)/operator/dead-letters/use-open-job.ts";
import { Fact, IdFact } from "#app/(operator)/operator/fact.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { ClockTime } from "#app/_ui/relative-time.tsx";
import { Sheet, SheetBody, SheetFooter } from "#app/_ui/sheet.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import { toastError } from "#app/_ui/toast.tsx";
import type { DeadJobDetail } from "#server/operator/schema.ts";

/** The dead letter that the address names: what was to be done, for whom, and what went wrong each time. */
export function DeadLetterSheet() {
  const { openId: jobId, close } = useOpenJob();
  // While the sheet slides out the address names no job any more, but it is still seen.
  const [shown, setShown] = useState(jobId);
  if (jobId !== null && jobId !== shown) setShown(jobId);
  return (
    <Sheet open={jobId !== null} onOpenChange={(open) => !open && close()} title="Dead letter">
      {shown && <Loader key={shown} id={shown} onDone={close} />}
    </Sheet>
  );
}

function Loader({ id, onDone }: { id: string; onDone: () => void }) {
  const api = useApi();
  const job = useQuery(api.operator.jobs.get.queryOptions({ id }));
  if (job.data) return <Detail job={job.data} onDone={onDone} />;
  return (
    <SheetBody>
      {job.isError ? (
        <LoadProblem error={job.error} onRetry={job.refetch} />
      ) : (
        <>
          <LoadingNote>Loading the dead letter</LoadingNote>
          <Skeleton className="h-24" />
          <Skeleton className="h-32" />
        </>
      )}
    </SheetBody>
  );
}

function Detail({ job, onDone }: { job: DeadJobDetail; onDone: () => void }) {
  const { replay, replaying } = useDeadLetters();
  const [asking, setAsking] = useState(false);
  const unknown = job.attemptsMax === null;
  return (
    <>
      <SheetBody>
        <div className="flex flex-wrap items-center gap-2">
          <h3 className="font-mono text-base font-semibold break-all text-ink">{job.name}</h3>
          <Badge>{job.queue}</Badge>
          {unknown && <Badge tone="warning">Not known to this version</Badge>}
        </div>
        <dl className="grid grid-cols-[7rem_minmax(0,1fr)] gap-x-4 gap-y-2 text-base">
          <Fact name="Organization">
            {job.organization ? (
              <>
                {job.organization.name}{" "}
                <span className="font-mono text-xs text-ink-subtle">/{job.organization.slug}</span>
              </>
            ) : (
              "The platform's own"
            )}
          </Fact>
          <Fact name="Asked for">
            <ClockTime date={job.createdAt} />
          </Fact>
          <Fact name="Tries">
            {job.attempts}
            {job.attemptsMax !== null && ` of ${job.attemptsMax}`}
          </Fact>
          <IdFact name="Job id" value={job.id} />
          {job.requestId && <IdFact name="Request id" value={job.requestId} />}
        </dl>
        <Payload payload={job.payload} />
        <Failures job={job} />
      </SheetBody>
      <SheetFooter>
        <Button variant="danger-outline" onClick={() => setAsking(true)}>
          Discard…
        </Button>
        <Button
          variant="primary"
          loading={replaying}
          onClick={() => void replay({ ids: [job.id] }).then(onDone, toastError)}
        >
          <RotateCcw aria-hidden />
          Replay
        </Button>
      </SheetFooter>
      <DiscardDialog open={asking} onOpenChange={setAsking} ids={[job.id]} onDone={onDone} />
    </>
  );
}

/** What the job carries: ids. The data that they lead to is the organization's, and is not shown here. */
function Payload({ payload }: { payload: Record<string, unknown> }) {
  const entries = Object.entries(payload);
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-sm font-medium text-ink">Payload</h3>
      {entries.length === 0 ? (
        <p className="text-sm text-ink-subtle">This job carries nothing.</p>
      ) : (
        <dl className="grid grid-cols-[7rem_minmax(0,1fr)] gap-x-4 gap-y-1 rounded-lg bg-sunken px-3 py-2 font-mono text-xs">
          {entries.map(([key, value]) => (
            <Fact key={key} name={key}>
              <span className="break-all">{typeof value === "string" ? value : JSON.stringify(value)}</span>
            </Fact>
          ))}
        </dl>
      )}
    </section>
  );
}

function Failures({ job }: { job: DeadJobDetail }) {
  const { failures, error } = job;
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-sm font-medium text-ink">What went wrong</h3>
      {failures.length === 0 ? (
        <p className="font-mono text-xs break-words text-ink-muted">{error ?? "Nothing was noted."}</p>
      ) : (
        <ol className="flex flex-col gap-2 border-l border-line pl-4">
          {failures.toReversed().map((failure) => (
            <li key={failure.at.toISOString()} className="flex flex-col">
              <span className="text-sm text-ink-subtle">
                Try {failure.try} · <ClockTime date={failure.at} />
              </span>
              <span className="font-mono text-xs break-words text-ink">{failure.error}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
