"use client";

import { tell } from "#app/(console)/[org]/_audit/telling.ts";
import { Card, CardHeader } from "#app/_ui/card.tsx";
import { Avatar } from "#app/_ui/avatar.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { Overview } from "#server/projects/schema.ts";

type Entry = Overview["recentActivity"][number];

/** What happened last, by whom. */
export function ActivityCard({ entries }: { entries: readonly Entry[] }) {
  return (
    <Card>
      <CardHeader title="Recent activity" />
      {entries.length === 0 ? (
        <p className="px-5 pb-5 text-base text-ink-subtle">Nothing has happened here yet.</p>
      ) : (
        <ol className="pb-3">
          {entries.map((entry) => (
            <li key={entry.id} className="flex items-start gap-3 px-5 py-2">
              <Avatar name={entry.actorName} className="mt-0.5" />
              <div className="min-w-0 flex-1 text-sm">
                <Sentence entry={entry} />
                <p className="text-xs text-ink-subtle">
                  <RelativeTime date={entry.at} />
                </p>
              </div>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

function Sentence({ entry }: { entry: Entry }) {
  const { action, targetType, targetLabel } = entry;
  const { text, label } = tell({ action, target: { type: targetType, label: targetLabel } });
  return (
    <p className="text-ink-muted">
      <span className="font-medium text-ink">{entry.actorName}</span> {text}{" "}
      <span className="break-words text-ink">{label}</span>
    </p>
  );
}
