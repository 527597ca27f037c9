"use client";

import { useEffect, useRef } from "react";
import { useFormContext, useFormState } from "react-hook-form";
import { PermissionList } from "#app/(console)/[org]/_access/permission-list.tsx";
import { mergeRole, type RoleValues } from "#app/(console)/[org]/roles/_editor/merge.ts";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import type { PermissionRow } from "#server/roles/schema.ts";

type ChangedMeanwhileProps = {
  /** What the editor began with, and what somebody else has saved since. */
  before: RoleValues;
  theirs: RoleValues;
  registry: readonly PermissionRow[];
  /** From here on theirs is what the editor begins with. */
  onTaken: () => void;
};

/** Somebody else saved this role first: says what they changed, and lets one's own changes be kept on top of it. */
export function ChangedMeanwhile({ before, theirs, registry, onTaken }: ChangedMeanwhileProps) {
  const form = useFormContext<RoleValues>();
  const { isDirty, isSubmitting, isSubmitted } = useFormState();
  const notice = useRef<HTMLDivElement>(null);

  function take(values: RoleValues): void {
    form.reset(theirs);
    for (const name of ["name", "description", "permissions"] as const) {
      form.setValue(name, values[name], { shouldDirty: true });
    }
    onTaken();
  }

  const untouched = !isDirty && !isSubmitting;
  // Whoever has changed nothing loses nothing: the editor shows what counts now.
  useEffect(() => {
    if (untouched) take(theirs);
  });
  // Whoever wanted to save stands at the foot of a long page; who still types is left where they are.
  const asked = isSubmitted && !isSubmitting;
  useEffect(() => {
    if (asked) notice.current?.scrollIntoView({ block: "center" });
  }, [asked]);
  // One's own saving brings a newer version as well.
  if (untouched || isSubmitting) return null;
  const added = theirs.permissions.filter((name) => !before.permissions.includes(name));
  const removed = before.permissions.filter((name) => !theirs.permissions.includes(name));
  return (
    <div ref={notice}>
      <Banner
        tone="warning"
        urgent
        title="Somebody else has saved this role while you were editing it."
        actions={
          <>
            <Button
              size="sm"
              variant="primary"
              onClick={() => take(mergeRole(before, form.getValues(), theirs, registry))}
            >
              Keep my changes on top
            </Button>
            <Button size="sm" onClick={() => take(theirs)}>
              Discard mine
            </Button>
          </>
        }
      >
        <div className="flex flex-col gap-1.5">
          {theirs.name !== before.name && <p>They named it “{theirs.name}”.</p>}
          {theirs.description !== before.description && <p>They described it anew.</p>}
          <Changed words="They added:" names={added} />
          <Changed words="They took away:" names={removed} />
        </div>
      </Banner>
    </div>
  );
}

function Changed({ words, names }: { words: string; names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <div>
      <p>{words}</p>
      <PermissionList names={names} />
    </div>
  );
}
