"use client";

import { PermissionList } from "#app/(console)/[org]/_access/permission-list.tsx";
import { countOf } from "#app/(console)/[org]/_access/permission-words.ts";

type Held = { permissions: readonly string[] };

/** What somebody gains and loses by another role; nothing while it is the same. */
export function RoleChange({ before, after }: { before: Held | null; after: Held | null }) {
  if (!after || after === before) return null;
  const held = before?.permissions ?? [];
  const gained = after.permissions.filter((name) => !held.includes(name));
  const lost = held.filter((name) => !after.permissions.includes(name));
  return (
    <div className="flex flex-col gap-3 rounded-lg bg-sunken px-4 py-3 text-sm" aria-live="polite">
      {gained.length + lost.length === 0 && <p>Both roles permit the same.</p>}
      <Difference word="Gains" names={gained} />
      <Difference word="Loses" names={lost} />
    </div>
  );
}

function Difference({ word, names }: { word: string; names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <div>
      <p className="font-medium text-ink">
        {word} {countOf(names.length, "permission")}
      </p>
      {/* Chosen anew, the list is short again. */}
      <PermissionList key={names.join()} names={names} />
    </div>
  );
}
