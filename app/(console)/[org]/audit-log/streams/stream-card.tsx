"use client";

import type { ReactNode } from "react";
import { StreamActions } from "#app/(console)/[org]/audit-log/streams/stream-actions.tsx";
import { Badge, type BadgeTone } from "#app/_ui/badge.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Card } from "#app/_ui/card.tsx";
import { RelativeTime, useMinute } from "#app/_ui/relative-time.tsx";
import { streamErrors, type AuditStream } from "#server/audit/schema.ts";

const count = new Intl.NumberFormat("en");

const states: Record<AuditStream["state"], { label: string; tone: BadgeTone }> = {
  active: { label: "Active", tone: "success" },
  failing: { label: "Failing", tone: "danger" },
  paused: { label: "Paused", tone: "neutral" },
};

type StreamCardProps = { stream: AuditStream; onSecret: (secret: string) => void };

/** One stream: where it goes, whether it gets there, and how far it is behind. */
export function StreamCard({ stream, onSecret }: StreamCardProps) {
  const { label, tone } = states[stream.state];
  return (
    <Card aria-label={stream.name} className="px-5 py-4">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-64">
          <h2 className="flex flex-wrap items-center gap-2 text-base font-semibold text-ink">
            <span className="min-w-0 break-words">{stream.name}</span>
            <Badge tone={tone}>{label}</Badge>
          </h2>
          <p className="mt-0.5 font-mono text-xs break-all text-ink-subtle">{addressOf(stream)}</p>
        </div>
        <StreamActions stream={stream} onSecret={onSecret} />
      </div>
      <dl className="mt-3 grid gap-x-8 gap-y-2 text-sm sm:grid-cols-3">
        <Fact name="Delivered">
          {stream.deliveredAt ? (
            <>
              through no. {count.format(stream.deliveredThrough)}, <RelativeTime date={stream.deliveredAt} />
            </>
          ) : (
            "nothing yet"
          )}
        </Fact>
        <Fact name="Behind by">
          {stream.behind.entries === 0 ? (
            "nothing"
          ) : (
            <>
              {count.format(stream.behind.entries)} {stream.behind.entries === 1 ? "entry" : "entries"}
              {stream.behind.oldestAt && (
                <>
                  , the oldest <RelativeTime date={stream.behind.oldestAt} />
                </>
              )}
            </>
          )}
        </Fact>
        <Fact name="Added">
          <RelativeTime date={stream.createdAt} />
        </Fact>
      </dl>
      <Notices stream={stream} />
    </Card>
  );
}

function Notices({ stream }: { stream: AuditStream }) {
  const { failing, pausedAt, state, gap, overlapUntil } = stream;
  return (
    <div className="mt-3 flex flex-col gap-2 empty:hidden">
      {failing && (
        <Banner
          tone="danger"
          title={
            <>
              Failing since <RelativeTime date={failing.since} />: {streamErrors[failing.error]}
            </>
          }
        >
          {failing.status !== null && `It answered with status ${failing.status}. `}
          {failing.attempts} {failing.attempts === 1 ? "try" : "tries"} so far
          {failing.nextTryAt && <NextTry at={failing.nextTryAt} />}.
        </Banner>
      )}
      {state === "paused" && pausedAt && (
        <Banner tone="info">
          Paused <RelativeTime date={pausedAt} />. Entries wait for it for a week.
        </Banner>
      )}
      {gap && (
        <Banner
          tone="warning"
          title={`No. ${count.format(gap.from)} to ${count.format(gap.through)} were never delivered.`}
        >
          Retention dropped them <RelativeTime date={gap.at} />, after they had waited for a week.
        </Banner>
      )}
      {overlapUntil && (
        <Banner tone="info">
          The signing secret before signs as well until it ends <RelativeTime date={overlapUntil} />.
        </Banner>
      )}
    </div>
  );
}

function NextTry({ at }: { at: Date }) {
  const soonMs = 120_000;
  const now = useMinute();
  if (at.getTime() < now + soonMs) return ", the next within a minute or two";
  return (
    <>
      , the next <RelativeTime date={at} />
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-ink-subtle">{name}</dt>
      <dd className="tabular text-ink">{children}</dd>
    </div>
  );
}

function addressOf({ destination }: AuditStream): string {
  if (destination.kind === "https") return destination.url;
  const path = [destination.bucket, destination.prefix].filter(Boolean).join("/");
  return `s3://${path} (${destination.endpoint || destination.region})`;
}
