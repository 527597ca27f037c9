"use client";

import { useState } from "react";
import { ChevronRight } from "lucide-react";
import { useFormContext, useWatch } from "react-hook-form";
import { readPauses, type EndpointForm } from "#app/(console)/[org]/webhooks/_editor/endpoint-values.ts";
import { HeaderFields } from "#app/(console)/[org]/webhooks/_editor/header-fields.tsx";
import { scheduleInWords } from "#app/(console)/[org]/webhooks/words.ts";
import { Card } from "#app/_ui/card.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { FormField } from "#app/_ui/form.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { schedulePresets } from "#server/webhooks/schema.ts";

const schedules = [
  { value: "3", label: "3 tries within an hour" },
  { value: "8", label: "8 tries within about a day" },
  { value: "10", label: "10 tries within about three days" },
  { value: "own", label: "Pauses of your own" },
] as const;

const folded = ["headers", "schedule", "pauses", "perSecond", "concurrency"] as const;

/** What most endpoints need not say: headers, schedule and limits. A mistake in it unfolds it. */
export function AdvancedPart() {
  const { formState } = useFormContext<EndpointForm>();
  const [unfolded, setUnfolded] = useState(false);
  const open = unfolded || folded.some((name) => formState.errors[name]);
  return (
    <Card>
      <h2>
        <button
          type="button"
          aria-expanded={open}
          aria-controls="advanced-settings"
          onClick={() => setUnfolded(!open)}
          className="flex min-h-11 w-full items-center gap-2 rounded-xl px-5 py-3 text-left text-base font-semibold text-ink hover:bg-hover"
        >
          <ChevronRight
            aria-hidden
            className={cn("size-4 text-ink-subtle transition-transform duration-100", open && "rotate-90")}
          />
          Headers, schedule and limits
        </button>
      </h2>
      <div
        id="advanced-settings"
        hidden={!open}
        className={cn(open && "flex flex-col gap-5 border-t border-line p-5")}
      >
        <HeaderFields />
        <SchedulePart />
        <LimitsPart />
      </div>
    </Card>
  );
}

function SchedulePart() {
  const { control, setValue } = useFormContext<EndpointForm>();
  const [schedule, pauses] = useWatch({ control, name: ["schedule", "pauses"] });
  const read = schedule === "own" ? readPauses(pauses) : schedulePresets[schedule];
  return (
    <div className="flex flex-col gap-3">
      <FormField
        control={control}
        name="schedule"
        label="When something does not arrive"
        hint={read && scheduleInWords(read)}
      >
        {({ value, onChange }) => (
          <Select
            value={value}
            options={schedules}
            onValueChange={(next) => {
              onChange(next);
              if (next === "own" && pauses.trim() === "") setValue("pauses", "5m, 1h");
            }}
          />
        )}
      </FormField>
      {schedule === "own" && (
        <FormField
          control={control}
          name="pauses"
          label="Pauses between the tries"
          hint="Up to 19, as in “5s, 5m, 1h, 1d”. None: one try alone."
        >
          {(field) => (
            <Input {...field} autoComplete="off" spellCheck={false} className="font-mono text-sm" />
          )}
        </FormField>
      )}
    </div>
  );
}

function LimitsPart() {
  const { control } = useFormContext<EndpointForm>();
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <FormField
        control={control}
        name="perSecond"
        label="Most requests in a second"
        optional
        hint="Up to 1,000. Empty: no limit."
      >
        {(field) => <Input {...field} inputMode="numeric" autoComplete="off" />}
      </FormField>
      <FormField
        control={control}
        name="concurrency"
        label="Most requests at once"
        hint="Up to 100. With 1 they come one after another."
      >
        {(field) => <Input {...field} inputMode="numeric" autoComplete="off" />}
      </FormField>
    </div>
  );
}
