"use client";

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
                <p className="text-ink-muted">
                  <span className="font-medium text-ink">{entry.actorName}</span> {phraseOf(entry)}{" "}
                  <span className="break-words text-ink">{entry.targetLabel}</span>
                </p>
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

const verbs: Record<string, string> = {
  create: "created",
  update: "changed",
  archive: "archived",
  unarchive: "brought back",
  delete: "deleted",
  restore: "restored",
  changeSlug: "changed the address of",
  scheduleDeletion: "scheduled the deletion of",
  cancelDeletion: "called off the deletion of",
  "sync-account": "took over the new name of",
};

/** What is named alone: "changed Acme", but "changed task Find a domain name". */
const namedAlone = new Set(["organization", "member"]);

/** An action is named `resource.verb`; one that we have no word for is shown by its name, never hidden. */
function phraseOf({ action, targetType }: Entry): string {
  const verb = action.split(".")[1] ?? "";
  const word = verbs[verb];
  if (!word) return `(${action})`;
  return namedAlone.has(targetType) ? word : `${word} ${targetType}`;
}
