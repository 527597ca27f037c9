"use client";

import { useState } from "react";
import { format } from "date-fns";
import { ActForm } from "#app/(console)/[org]/_access/act-form.tsx";
import { useWebhookActs } from "#app/(console)/[org]/webhooks/mutations.ts";
import { deliveriesInWords } from "#app/(console)/[org]/webhooks/words.ts";
import { Dialog } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { toastDone } from "#app/_ui/toast.tsx";

const hourMs = 3_600_000;
const spans = [
  { value: "1", label: "The last hour" },
  { value: "24", label: "The last 24 hours" },
  { value: "168", label: "The last 7 days" },
  { value: "720", label: "The last 30 days" },
  { value: "own", label: "Another time" },
] as const;
const kinds = [
  { value: "both", label: "Dead letters, and what was held" },
  { value: "dead", label: "Dead letters alone" },
  { value: "held", label: "What was held alone" },
] as const;

type RecoverDialogProps = { open: boolean; onOpenChange: (open: boolean) => void; id: string };

/** Sends again everything that an endpoint has not got since a time. */
export function RecoverDialog({ open, onOpenChange, id }: RecoverDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Recover what is undelivered"
      description="Everything that did not arrive since then is tried again as if it were new. Its ids stay the same."
    >
      <RecoverForm id={id} onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

function RecoverForm({ id, onDone }: { id: string; onDone: () => void }) {
  const { recover } = useWebhookActs();
  const [span, setSpan] = useState<(typeof spans)[number]["value"]>("24");
  const [own, setOwn] = useState(() => format(Date.now() - 24 * hourMs, "yyyy-MM-dd'T'HH:mm"));
  const [kind, setKind] = useState<(typeof kinds)[number]["value"]>("both");
  const [problem, setProblem] = useState<string>();

  async function send(): Promise<void> {
    const since = span === "own" ? new Date(own) : new Date(Date.now() - Number(span) * hourMs);
    if (Number.isNaN(since.getTime())) return setProblem("Enter a day and a time.");
    setProblem(undefined);
    const { total } = await recover({ id, since, states: kind === "both" ? ["dead", "held"] : [kind] });
    toastDone(
      total === 0 ? "There is nothing to recover since then" : `${deliveriesInWords(total)} to recover`,
    );
    onDone();
  }

  return (
    <ActForm actLabel="Recover" onAct={send} onCancel={onDone}>
      <Field label="Since">
        <Select value={span} onValueChange={setSpan} options={spans} />
      </Field>
      {span === "own" && (
        <Field label="Day and time" error={problem}>
          <Input type="datetime-local" value={own} onChange={(event) => setOwn(event.target.value)} />
        </Field>
      )}
      <Field label="What">
        <Select value={kind} onValueChange={setKind} options={kinds} />
      </Field>
    </ActForm>
  );
}
