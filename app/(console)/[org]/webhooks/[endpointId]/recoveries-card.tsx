"use client";

import { useEffect, useRef } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { deliveriesInWords, manyInWords } from "#app/(console)/[org]/webhooks/words.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Badge, type BadgeTone } from "#app/_ui/badge.tsx";
import { Card, CardHeader } from "#app/_ui/card.tsx";
import { Progress } from "#app/_ui/progress.tsx";
import { ClockTime, RelativeTime } from "#app/_ui/relative-time.tsx";
import type { WebhookRecovery } from "#server/webhooks/schema.ts";

const busyMs = 700;
const shownMax = 5;
const count = new Intl.NumberFormat("en");

const states: Record<WebhookRecovery["state"], { label: string; tone: BadgeTone }> = {
  waiting: { label: "Waiting", tone: "info" },
  running: { label: "Under way", tone: "info" },
  done: { label: "Done", tone: "success" },
  failed: { label: "Stopped", tone: "danger" },
};

const isUnderWay = ({ state }: WebhookRecovery) => state === "waiting" || state === "running";

/** The recoveries of an endpoint, the newest first, with how far each is. Nothing before the first one. */
export function RecoveriesCard({ id }: { id: string }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const { data } = useQuery({
    ...api.webhooks.recoveries.queryOptions({ id }),
    refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? busyMs : false),
  });
  const busy = data?.items.some(isUnderWay) ?? false;
  const wasBusy = useRef(busy);
  useEffect(() => {
    if (wasBusy.current && !busy) void queryClient.invalidateQueries(api.webhooks.health.queryFilter());
    wasBusy.current = busy;
  }, [busy, api, queryClient]);
  if (!data || data.items.length === 0) return null;
  return (
    <Card aria-label="Recoveries">
      <CardHeader title="Recoveries" description="What did not arrive, put back in the line." />
      <ul className="divide-y divide-line border-t border-line">
        {data.items.slice(0, shownMax).map((recovery) => (
          <RecoveryLine key={recovery.id} recovery={recovery} />
        ))}
      </ul>
    </Card>
  );
}

function RecoveryLine({ recovery }: { recovery: WebhookRecovery }) {
  const { state, done, total, since, requestedBy, createdAt } = recovery;
  const { label, tone } = states[state];
  return (
    <li className="px-5 py-3 text-sm text-ink-muted">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone={tone}>{label}</Badge>
        <span className="min-w-0 flex-1 basis-48">
          Everything since <ClockTime date={since} />
          {requestedBy && `, asked for by ${requestedBy}`} <RelativeTime date={createdAt} />
        </span>
        <output className="tabular">
          {isUnderWay(recovery)
            ? // The job counts what is more than that before it begins.
              `${count.format(done)} of ${state === "waiting" ? manyInWords(total) : count.format(total)}`
            : `${deliveriesInWords(done)} put back`}
        </output>
      </div>
      {isUnderWay(recovery) && (
        <Progress label="Recovery" done={done} total={total === 0 ? null : total} className="mt-2" />
      )}
    </li>
  );
}
