"use client";

import { useState } from "react";
import { groupPermissions } from "#app/(console)/[org]/_access/permission-groups.ts";
import { PermissionGroupCard } from "#app/(console)/[org]/roles/_editor/permission-group-card.tsx";
import { Button } from "#app/_ui/button.tsx";
import { SearchInput } from "#app/_ui/data-table/search-input.tsx";
import { NoResults } from "#app/_ui/empty-state.tsx";
import type { PermissionRow } from "#server/roles/schema.ts";

type PermissionPickerProps = {
  registry: readonly PermissionRow[];
  chosen: readonly string[];
  /** Null where nothing can be changed. */
  onChange: ((chosen: string[]) => void) | null;
  /** Why one permission cannot be given here; null where it can. */
  whyNot: (permission: PermissionRow) => string | null;
};

/** All permissions by what they are about, to search and to tick; what a ticked one needs is ticked along. */
export function PermissionPicker({ registry, chosen, onChange, whyNot }: PermissionPickerProps) {
  const [text, setText] = useState("");
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = groupPermissions(registry)
    .map((group) => ({
      ...group,
      permissions: group.permissions.filter((permission) =>
        words.every((word) =>
          `${group.name} ${permission.name} ${permission.description}`.toLowerCase().includes(word),
        ),
      ),
    }))
    .filter((group) => group.permissions.length > 0);
  return (
    <section aria-label="Permissions" className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <h2 className="text-lg font-semibold text-ink">Permissions</h2>
          <p className="text-sm text-ink-subtle" aria-live="polite">
            {chosen.length} of {registry.length} chosen
          </p>
        </div>
        <SearchInput label="Search permissions" value={text} onSearch={setText} />
      </div>
      {found.length === 0 ? (
        <NoResults what="permissions" action={<Button onClick={() => setText("")}>Clear search</Button>} />
      ) : (
        found.map((group) => (
          <PermissionGroupCard
            key={group.resource}
            group={group}
            registry={registry}
            chosen={chosen}
            onChange={onChange}
            whyNot={whyNot}
          />
        ))
      )}
    </section>
  );
}
