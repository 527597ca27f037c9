"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { useWebhookActs } from "#app/(console)/[org]/webhooks/mutations.ts";
import { deliveriesInWords } from "#app/(console)/[org]/webhooks/words.ts";
import { ActForm } from "#app/(console)/[org]/_access/act-form.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Dialog } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Select } from "#app/_ui/select.tsx";

const choices = [
  { value: "send", label: "Send it now, the oldest first" },
  { value: "leave", label: "Leave it in the list of what is undelivered" },
] as const;

type ResumeDialogProps = { open: boolean; onOpenChange: (open: boolean) => void; id: string; name: string };

/** Lets an endpoint send again, and asks what becomes of what was held for it. */
export function ResumeDialog({ open, onOpenChange, id, name }: ResumeDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} size="sm" title={`Resume “${name}”`}>
      <ResumeForm id={id} onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

function ResumeForm({ id, onDone }: { id: string; onDone: () => void }) {
  const api = useApi();
  const { resume } = useWebhookActs();
  const health = useQuery({ ...api.webhooks.health.queryOptions({ id, range: "24h" }), staleTime: 0 });
  const [held, setHeld] = useState<(typeof choices)[number]["value"]>("send");
  const many = health.data?.queue.held ?? 0;

  async function send(): Promise<void> {
    await resume({ id, held });
    onDone();
  }

  return (
    <ActForm actLabel="Resume endpoint" onAct={send} onCancel={onDone}>
      <p className="text-base text-ink-muted">
        {many === 0
          ? "Nothing was held meanwhile. Events are sent again from now on."
          : `Events are sent again from now on. Meanwhile ${deliveriesInWords(many)} ${many === 1 ? "was" : "were"} held.`}
      </p>
      {many > 0 && (
        <Field label="What was held">
          <Select value={held} onValueChange={setHeld} options={choices} />
        </Field>
      )}
    </ActForm>
  );
}
