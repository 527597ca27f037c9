"use client";

import { Checkbox } from "#app/_ui/checkbox.tsx";
import { rowControl } from "#app/_ui/data-table/row-link.tsx";
import { useSelection } from "#app/_ui/data-table/selection.ts";

/** Chooses a row, to be acted upon with others. */
export function ChooseCell({ id, name }: { id: string; name: string }) {
  const { chosen, toggle } = useSelection();
  return (
    <Checkbox
      className={rowControl}
      label={`Choose ${name}`}
      checked={chosen.has(id)}
      onCheckedChange={(on) => toggle(id, on)}
    />
  );
}
