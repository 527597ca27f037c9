"use client";

import { resourceNames, type Usage } from "#app/(console)/[org]/_billing/words.ts";
import { cn } from "#app/_ui/class-names.ts";

const count = new Intl.NumberFormat("en");
/** From here on somebody should think of it. */
const nearShare = 0.8;

/** What is used of each limit of the plan, as bars that are tinted where one comes near. */
export function UsageBars({ usage }: { usage: readonly Usage[] }) {
  return (
    <ul className="grid gap-x-10 gap-y-5 sm:grid-cols-2">
      {usage.map((one) => (
        <li key={one.resource}>
          <UsageBar usage={one} />
        </li>
      ))}
    </ul>
  );
}

function UsageBar({ usage: { resource, used, limit } }: { usage: Usage }) {
  const share = limit === null ? 0 : limit === 0 ? 1 : used / limit;
  const state = limit === null ? "open" : used > limit ? "over" : used === limit ? "full" : "room";
  const near = state === "room" && share >= nearShare;
  const left = (limit ?? 0) - used;
  return (
    <div>
      <p className="flex items-baseline justify-between gap-3 text-base">
        <span className="text-ink">{resourceNames[resource]}</span>
        <span className="tabular text-ink-muted">
          <span className="font-medium text-ink">{count.format(used)}</span>
          {limit === null ? " used" : ` of ${count.format(limit)}`}
        </span>
      </p>
      <div
        aria-hidden
        className={cn("mt-1.5 h-1.5 overflow-hidden rounded-full", limit !== null && "bg-pressed")}
      >
        {limit !== null && used > 0 && (
          <div
            className={cn(
              "h-full min-w-1.5 rounded-full",
              state === "over" ? "bg-danger" : state === "full" || near ? "bg-warning" : "bg-accent",
            )}
            style={{ width: `${Math.min(1, share) * 100}%` }}
          />
        )}
      </div>
      <p
        className={cn(
          "mt-1 text-sm",
          state === "over"
            ? "text-danger-text"
            : state === "full" || near
              ? "text-warning-text"
              : "text-ink-subtle",
        )}
      >
        {state === "open" && "No limit"}
        {state === "over" && `${count.format(-left)} over the limit`}
        {state === "full" && "All of it is taken"}
        {state === "room" && `${count.format(left)} left`}
      </p>
    </div>
  );
}
