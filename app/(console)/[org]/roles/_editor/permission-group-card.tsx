"use client";

import { useId } from "react";
import type { PermissionGroup } from "#app/(console)/[org]/_access/permission-groups.ts";
import { choose, neededBy, unchoose, withNeeds } from "#app/(console)/[org]/roles/_editor/selection.ts";
import { Card } from "#app/_ui/card.tsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import { cn } from "#app/_ui/class-names.ts";
import type { PermissionRow } from "#server/roles/schema.ts";

type PickingProps = {
  registry: readonly PermissionRow[];
  chosen: readonly string[];
  onChange: ((chosen: string[]) => void) | null;
  whyNot: (permission: PermissionRow) => string | null;
};

type PermissionGroupCardProps = PickingProps & { group: PermissionGroup<PermissionRow> };

/** The permissions about one thing, one by one or all at once. */
export function PermissionGroupCard({ group, ...picking }: PermissionGroupCardProps) {
  const { registry, chosen, onChange, whyNot } = picking;
  const on = group.permissions.filter(({ name }) => chosen.includes(name)).length;
  const free = group.permissions.filter((permission) => !whyNot(permission)).map(({ name }) => name);
  const state = on === 0 ? false : on === group.permissions.length ? true : "indeterminate";
  return (
    <Card aria-label={group.name}>
      <header className="flex items-center gap-3 rounded-t-xl border-b border-line bg-sunken px-4 py-2">
        {onChange && (
          <Checkbox
            label={`Everything about ${group.name}`}
            checked={state}
            disabled={free.length === 0}
            onCheckedChange={(all) => onChange((all ? choose : unchoose)(chosen, free, registry))}
          />
        )}
        <h3 className="flex-1 text-base font-semibold text-ink">{group.name}</h3>
        <span className="tabular text-sm text-ink-subtle">
          {on} of {group.permissions.length}
        </span>
      </header>
      <ul className="divide-y divide-line">
        {group.permissions.map((permission) => (
          <PermissionLine key={permission.name} permission={permission} {...picking} />
        ))}
      </ul>
    </Card>
  );
}

function PermissionLine({ permission, ...picking }: PickingProps & { permission: PermissionRow }) {
  const { registry, chosen, onChange, whyNot } = picking;
  const { name, description } = permission;
  const boxId = useId();
  const noteId = `${boxId}-note`;
  const checked = chosen.includes(name);
  const wordsOf = (names: readonly string[]) =>
    names
      .map((one) => registry.find((row) => row.name === one)?.description ?? one)
      .map((words) => `“${words}”`)
      .join(", ");
  // Told of the nearest ones only: those that name it themselves.
  const holders = checked ? neededBy(name, chosen, registry) : [];
  const nearest = holders.filter((one) => registry.find((row) => row.name === one)?.needs.includes(name));
  const brings = withNeeds(name, registry).filter((one) => one !== name && !chosen.includes(one));
  const refused = onChange ? whyNot(permission) : null;
  const note =
    refused ??
    (onChange && nearest.length > 0
      ? `Needed by ${wordsOf(nearest)}`
      : onChange && !checked && brings.length > 0
        ? `Ticks along ${wordsOf(brings)}`
        : null);
  const off = onChange === null || refused !== null || holders.length > 0;
  return (
    <li>
      <label
        htmlFor={boxId}
        className={cn("flex items-start gap-3 px-4 py-2.5", !off && "cursor-pointer hover:bg-hover")}
      >
        <Checkbox
          id={boxId}
          label={description}
          checked={checked}
          disabled={off}
          aria-describedby={noteId}
          onCheckedChange={(tick) => onChange?.((tick ? choose : unchoose)(chosen, [name], registry))}
        />
        <span className="min-w-0 pt-px">
          <span className={cn("block", checked || !off ? "text-ink" : "text-ink-subtle")}>{description}</span>
          <span id={noteId} className="block text-xs text-ink-subtle">
            <code className="font-mono">{name}</code>
            {note && ` · ${note}`}
          </span>
        </span>
      </label>
    </li>
  );
}
