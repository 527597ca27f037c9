"use client";

import { useState } from "react";
import { z } from "zod";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import {
  useUpdateSettings,
  type AuditSettings,
} from "#app/(console)/[org]/audit-log/settings/use-update-settings.ts";
import { Card, CardBody, CardFooter, CardHeader } from "#app/_ui/card.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { Form, FormField, SubmitButton, useZodForm } from "#app/_ui/form.tsx";
import { Input } from "#app/_ui/input.tsx";
import { toastDone } from "#app/_ui/toast.tsx";
import { UpdateAuditSettings } from "#server/audit/schema.ts";

const count = new Intl.NumberFormat("en");

/** The field's text; empty for what the plan says. */
const Retention = z.object({
  retentionDays: z
    .string()
    .trim()
    .transform((text) => (text === "" ? null : Number(text)))
    .pipe(UpdateAuditSettings.shape.retentionDays.unwrap()),
});

/** For how many days entries are kept. Keeping less asks first, for what is dropped is gone. */
export function RetentionCard({ settings }: { settings: AuditSettings }) {
  const { why } = useAccess();
  const update = useUpdateSettings();
  const [asking, setAsking] = useState<{ days: number | null } | null>(null);
  const { planRetentionDays, retentionDays, legalHold } = settings;
  const form = useZodForm(Retention, { values: { retentionDays: retentionDays?.toString() ?? "" } });
  const refused = why("settings.write");
  const inForce = retentionDays ?? planRetentionDays;
  const save = async (days: number | null) => {
    await update({ retentionDays: days });
    toastDone(`Entries are kept for ${count.format(days ?? planRetentionDays)} days.`);
  };
  const next = asking ? (asking.days ?? planRetentionDays) : inForce;
  return (
    <Card>
      <Form
        form={form}
        aria-label="Retention"
        className="gap-0"
        onSubmit={async ({ retentionDays: days }) => {
          if ((days ?? planRetentionDays) < inForce) setAsking({ days });
          else await save(days);
        }}
      >
        <CardHeader
          title="Retention"
          description="For how long entries are kept. Older ones are dropped, the oldest first."
        />
        <CardBody>
          <FormField
            control={form.control}
            name="retentionDays"
            label="Days to keep"
            hint={`Leave empty for what your plan keeps: ${count.format(planRetentionDays)} days. At least 30, at most 3,650.`}
          >
            {(field) => (
              <Input
                {...field}
                inputMode="numeric"
                placeholder={String(planRetentionDays)}
                readOnly={refused !== null}
                autoComplete="off"
                className="tabular sm:max-w-40"
              />
            )}
          </FormField>
        </CardBody>
        <CardFooter>
          <span>
            {legalHold
              ? "While the legal hold stands, nothing is dropped."
              : "Entries are dropped once a signed checkpoint holds their seal."}
          </span>
          <SubmitButton needsChanges disabledReason={refused}>
            Save retention
          </SubmitButton>
        </CardFooter>
      </Form>
      <ConfirmDialog
        open={asking !== null}
        onOpenChange={(open) => {
          if (!open) setAsking(null);
        }}
        title={`Keep entries for ${count.format(next)} days only?`}
        consequence={`Entries older than ${count.format(next)} days are dropped with the next clean-up and cannot be brought back. Until now they are kept for ${count.format(inForce)} days.`}
        confirmLabel="Keep fewer days"
        onConfirm={() => save(asking?.days ?? null)}
      />
    </Card>
  );
}
