"use client";

import { countOf } from "#app/(console)/[org]/_access/permission-words.ts";
import { Button } from "#app/_ui/button.tsx";
import { SubmitButton } from "#app/_ui/form.tsx";

type SaveBarProps = {
  before: readonly string[];
  after: readonly string[];
  /** Who feels the change; null where nobody has the role. */
  holders: string | null;
  submitLabel: string;
  blocked: string | null;
  onCancel: () => void;
};

/** Stays in sight at the foot of a long form: what will change, for whom, and the button that does it. */
export function SaveBar({ before, after, holders, submitLabel, blocked, onCancel }: SaveBarProps) {
  const added = after.filter((name) => !before.includes(name)).length;
  const removed = before.filter((name) => !after.includes(name)).length;
  const parts = [
    added > 0 && `${countOf(added, "permission")} added`,
    removed > 0 && `${countOf(removed, "permission")} removed`,
  ].filter((part) => part !== false);
  const change = parts.length > 0 ? `${parts.join(", ")}.` : `Permits ${countOf(after.length, "thing")}.`;
  return (
    <div className="sticky bottom-0 z-20 -mx-4 flex flex-wrap items-center justify-between gap-3 border-t border-line bg-surface px-4 py-3 sm:bottom-4 sm:mx-0 sm:rounded-xl sm:border sm:shadow-md">
      <p className="text-sm text-ink-muted" aria-live="polite">
        {change}
        {parts.length > 0 && holders && ` Felt by ${holders} with the next click.`}
      </p>
      <div className="flex gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <SubmitButton needsChanges disabledReason={blocked}>
          {submitLabel}
        </SubmitButton>
      </div>
    </div>
  );
}
