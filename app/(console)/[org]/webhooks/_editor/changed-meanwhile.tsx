"use client";

import { useEffect } from "react";
import { useFormContext, useFormState } from "react-hook-form";
import {
  differencesOf,
  mergeEndpoint,
  type EndpointForm,
} from "#app/(console)/[org]/webhooks/_editor/endpoint-values.ts";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";

type ChangedMeanwhileProps = {
  /** What the editor began with, and what somebody else has saved since. */
  before: EndpointForm;
  theirs: EndpointForm;
  /** From here on theirs is what the editor begins with. */
  onTaken: () => void;
};

/** Somebody else saved this endpoint first: says what they changed, and lets one's own changes be kept on top of it. */
export function ChangedMeanwhile({ before, theirs, onTaken }: ChangedMeanwhileProps) {
  const form = useFormContext<EndpointForm>();
  const { isDirty, isSubmitting } = useFormState();

  function take(values: EndpointForm): void {
    form.reset(theirs);
    for (const name of Object.keys(values) as (keyof EndpointForm)[]) {
      form.setValue(name, values[name], { shouldDirty: true });
    }
    onTaken();
  }

  const untouched = !isDirty && !isSubmitting;
  // Whoever has changed nothing loses nothing: the editor shows what counts now.
  useEffect(() => {
    if (untouched) take(theirs);
  });
  // One's own saving brings a newer version as well.
  if (untouched || isSubmitting) return null;
  const differences = differencesOf(before, theirs);
  return (
    <Banner
      tone="warning"
      urgent
      title="Somebody else has saved this endpoint while you were editing it."
      actions={
        <>
          <Button
            size="sm"
            variant="primary"
            onClick={() => take(mergeEndpoint(before, form.getValues(), theirs))}
          >
            Keep my changes on top
          </Button>
          <Button size="sm" onClick={() => take(theirs)}>
            Discard mine
          </Button>
        </>
      }
    >
      {differences.length > 0
        ? `They changed ${differences.join(", ")}.`
        : "They changed its secret, or a header's value."}
    </Banner>
  );
}
