"use client";

import { ChevronRight } from "lucide-react";
import { CodeBlock } from "#app/(console)/[org]/webhooks/_deliveries/code-block.tsx";
import { HeaderList } from "#app/(console)/[org]/webhooks/_deliveries/header-list.tsx";
import { milliseconds } from "#app/(console)/[org]/webhooks/words.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { ClockTime } from "#app/_ui/relative-time.tsx";
import { deliveryErrors, type DeliveryAttempt } from "#server/webhooks/schema.ts";

/** Each try of a delivery, the newest first: when, how long, and what came back. */
export function TryTimeline({ tries }: { tries: readonly DeliveryAttempt[] }) {
  if (tries.length === 0) return <p className="text-base text-ink-subtle">It was not tried yet.</p>;
  return (
    <ol aria-label="Tries" className="flex flex-col">
      {tries.map((attempt, index) => (
        <TryLine
          key={attempt.number}
          attempt={attempt}
          newest={index === 0}
          last={index === tries.length - 1}
        />
      ))}
    </ol>
  );
}

type TryLineProps = { attempt: DeliveryAttempt; newest: boolean; last: boolean };

function TryLine({ attempt, newest, last }: TryLineProps) {
  const { number, at, error, status, responseHeaders, responseBody, truncated } = attempt;
  const arrived = error === null;
  return (
    <li className="relative pb-4 pl-6 last:pb-0">
      <span
        aria-hidden
        className={cn(
          "absolute top-1.5 left-0 size-3 rounded-full border-2 border-raised",
          arrived ? "bg-success" : "bg-danger",
        )}
      />
      {!last && <span aria-hidden className="absolute top-5 bottom-0 left-[5px] w-0.5 bg-line" />}
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-base text-ink">
        <span className="font-medium">Try {number}</span>
        <Badge tone={arrived ? "success" : "danger"}>{status ?? (arrived ? "Arrived" : "No answer")}</Badge>
        <span className="text-sm text-ink-subtle">
          <ClockTime date={at} />
        </span>
      </p>
      {error && <p className="mt-0.5 text-sm text-danger-text">{deliveryErrors[error]}</p>}
      <Phases attempt={attempt} />
      {(responseHeaders.length > 0 || responseBody !== null) && (
        <details open={newest} className="group/answer mt-2 text-sm">
          <summary className="inline-flex min-h-6 cursor-pointer items-center gap-1 text-ink-muted hover:text-ink pointer-coarse:min-h-11">
            <ChevronRight
              aria-hidden
              className="size-3.5 transition-transform duration-100 group-open/answer:rotate-90"
            />
            What came back
          </summary>
          <div className="mt-1.5 flex flex-col gap-2">
            <HeaderList label={`Headers of answer ${number}`} headers={responseHeaders} />
            {responseBody ? (
              <CodeBlock label={`Body of answer ${number}`} text={responseBody} />
            ) : (
              <p className="text-ink-subtle">The answer had no body.</p>
            )}
            {truncated && <p className="text-ink-subtle">The answer was longer; its beginning is kept.</p>}
          </div>
        </details>
      )}
    </li>
  );
}

const phases = [
  { name: "connectMs", label: "connecting", color: "bg-info" },
  { name: "headersMs", label: "waiting", color: "bg-accent" },
  { name: "bodyMs", label: "reading", color: "bg-warning" },
] as const;

/** How long a try took, by phase. */
function Phases({ attempt }: { attempt: DeliveryAttempt }) {
  return (
    <div className="mt-1">
      <div aria-hidden className="flex h-1.5 overflow-hidden rounded-full bg-pressed">
        {phases.map(({ name, color }) =>
          attempt[name] > 0 ? (
            <span key={name} className={color} style={{ flexGrow: attempt[name] }} />
          ) : null,
        )}
      </div>
      <p className="tabular mt-1 text-xs text-ink-subtle">
        {milliseconds(attempt.totalMs)}:{" "}
        {phases.map(({ name, label }) => `${label} ${milliseconds(attempt[name])}`).join(", ")}
      </p>
    </div>
  );
}
