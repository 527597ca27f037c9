"use client";

import { useId } from "react";
import { groupPermissions } from "#app/(console)/[org]/_access/permission-groups.ts";
import { choose, neededBy, unchoose } from "#app/(console)/[org]/roles/_editor/selection.ts";
import { Button } from "#app/_ui/button.tsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import { cn } from "#app/_ui/class-names.ts";
import type { ScopeRow } from "#server/api-keys/schema.ts";

type ScopePickerProps = {
  /** What the caller holds and a key can hold. */
  registry: readonly ScopeRow[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  problem: string | undefined;
};

/** What a key can do: of the person's own permissions those that a key can hold. */
export function ScopePicker({ registry, chosen, onChange, problem }: ScopePickerProps) {
  const id = useId();
  const namesOf = (fits: (row: ScopeRow) => boolean) => registry.filter(fits).map(({ name }) => name);
  return (
    <fieldset className="flex flex-col gap-1.5" aria-describedby={problem ? `${id}-problem` : undefined}>
      <div className="flex flex-wrap items-center justify-between gap-x-3">
        <legend className="contents text-sm font-medium text-ink">Scopes</legend>
        <span className="flex gap-3">
          <Button variant="link" onClick={() => onChange(namesOf(({ name }) => name.endsWith(".read")))}>
            Read only
          </Button>
          <Button variant="link" onClick={() => onChange(namesOf(({ scope }) => scope === "work"))}>
            Projects and tasks
          </Button>
          {chosen.length > 0 && (
            <Button variant="link" onClick={() => onChange([])}>
              None
            </Button>
          )}
        </span>
      </div>
      <div
        className={cn(
          "max-h-64 overflow-y-auto rounded-lg border px-3.5 py-2",
          problem ? "border-danger" : "border-line-control",
        )}
      >
        {groupPermissions(registry).map((group) => (
          <section key={group.resource} aria-label={group.name} className="py-1.5">
            <h3 className="text-xs font-medium text-ink-subtle">{group.name}</h3>
            {group.permissions.map((row) => (
              <ScopeLine key={row.name} row={row} registry={registry} chosen={chosen} onChange={onChange} />
            ))}
          </section>
        ))}
      </div>
      <p id={`${id}-problem`} role="alert" className={cn("text-sm text-danger-text", !problem && "hidden")}>
        {problem}
      </p>
    </fieldset>
  );
}

type ScopeLineProps = Omit<ScopePickerProps, "problem"> & { row: ScopeRow };

function ScopeLine({ row: { name, description }, registry, chosen, onChange }: ScopeLineProps) {
  const boxId = useId();
  const checked = chosen.includes(name);
  const locked = checked && neededBy(name, chosen, registry).length > 0;
  return (
    <label htmlFor={boxId} className="flex items-start gap-2.5 py-1">
      <Checkbox
        id={boxId}
        label={description}
        checked={checked}
        disabled={locked}
        aria-describedby={`${boxId}-name`}
        onCheckedChange={(tick) => onChange((tick ? choose : unchoose)(chosen, [name], registry))}
      />
      <span className="min-w-0 pt-px text-ink">
        {description}
        <span id={`${boxId}-name`} className="block text-xs text-ink-subtle">
          <code className="font-mono">{name}</code>
          {locked && " · needed by another one"}
        </span>
      </span>
    </label>
  );
}
