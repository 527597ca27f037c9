"use client";

import { useQuery } from "@tanstack/react-query";
import { Figure } from "#app/(operator)/operator/figure.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";

const refreshMs = 30_000;
const count = new Intl.NumberFormat("en");

/** The webhooks of all organizations, as counts alone: they are counted now and then by the worker. */
export function WebhooksCard() {
  const api = useApi();
  const { data, error, refetch } = useQuery({
    ...api.operator.webhooks.queryOptions(),
    refetchInterval: refreshMs,
  });
  if (data === undefined) return error ? <LoadProblem error={error} onRetry={refetch} /> : null;
  return (
    <section aria-labelledby="fleet-webhooks" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <h2 id="fleet-webhooks" className="text-base font-semibold text-ink">
          Webhooks
        </h2>
        <p className="text-sm text-ink-subtle">
          {data ? (
            <>
              Counted <RelativeTime date={data.countedAt} />
            </>
          ) : (
            "Not counted yet; the worker does it every few minutes."
          )}
        </p>
      </div>
      {data && <Figures counts={data} />}
    </section>
  );
}

type Counts = NonNullable<Outputs["operator"]["webhooks"]>;

function Figures({ counts }: { counts: Counts }) {
  const { organizations, endpoints, failing, disabled, pending, held, dead, oldestPendingAt } = counts;
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      <Figure
        label="Endpoints"
        value={count.format(endpoints)}
        note={organizations === 1 ? "in 1 organization" : `in ${count.format(organizations)} organizations`}
      />
      <Figure
        label="Failing"
        value={count.format(failing)}
        note={`${count.format(disabled)} disabled`}
        alarming={failing > 0}
      />
      <Figure
        label="Deliveries that wait"
        value={count.format(pending)}
        note={
          oldestPendingAt ? (
            <>
              the oldest happened <RelativeTime date={oldestPendingAt} />
            </>
          ) : (
            "nothing waits"
          )
        }
      />
      <Figure label="Undelivered" value={count.format(dead)} note={`given up; ${count.format(held)} held`} />
    </dl>
  );
}
