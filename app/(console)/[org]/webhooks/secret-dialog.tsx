"use client";

import { useState } from "react";
import { Check, Copy } from "lucide-react";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogActions } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { CalendarDate } from "#app/_ui/relative-time.tsx";
import type { AddressHint } from "#server/webhooks/schema.ts";

const hints: Record<NonNullable<AddressHint>, string> = {
  unresolved: "Its name was not found just now. Astra tries it nevertheless, each time something is sent.",
  blocked:
    "Its name leads to an address that Astra does not send to. Nothing will arrive until that changes.",
};

type Shown = { secret: string; hint?: AddressHint; overlapUntil?: Date | null };

type SecretDialogProps = {
  /** Null while nothing was made. */
  made: Shown | null;
  title: string;
  onClose: () => void;
};

/** Hands over a new signing secret. */
export function SecretDialog({ made, title, onClose }: SecretDialogProps) {
  return (
    <Dialog
      open={made !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={title}
      description="With this secret your system checks that a request is from Astra."
    >
      {made && <Handover made={made} onClose={onClose} />}
    </Dialog>
  );
}

function Handover({ made, onClose }: { made: Shown; onClose: () => void }) {
  const { secret, hint, overlapUntil } = made;
  return (
    <div className="flex flex-col gap-4">
      {hint && <Banner tone="warning">{hints[hint]}</Banner>}
      {overlapUntil && (
        <Banner>
          Until <CalendarDate date={overlapUntil} /> requests are signed with the old secret as well.
        </Banner>
      )}
      <SecretField label="Signing secret" secret={secret} />
      <DialogActions>
        <Button onClick={onClose}>Done</Button>
        <CopySecret secret={secret} />
      </DialogActions>
    </div>
  );
}

function CopySecret({ secret }: { secret: string }) {
  const [copied, setCopied] = useState<"no" | "yes" | "refused">("no");
  return (
    <>
      <Button
        variant="primary"
        data-autofocus
        onClick={() =>
          void navigator.clipboard.writeText(secret).then(
            () => setCopied("yes"),
            () => setCopied("refused"),
          )
        }
      >
        {copied === "yes" ? <Check aria-hidden /> : <Copy aria-hidden />}
        {copied === "yes" ? "Copied" : "Copy secret"}
      </Button>
      <output className="sr-only">
        {copied === "yes" && "Copied"}
        {copied === "refused" && "The browser refused to copy. Mark the text and copy it."}
      </output>
    </>
  );
}

/** A secret in a field of its own, so that it can be marked. */
export function SecretField({ label, secret }: { label: string; secret: string }) {
  return (
    <Field label={label}>
      <Input
        readOnly
        value={secret}
        onFocus={(event) => event.target.select()}
        className="font-mono text-sm"
        spellCheck={false}
      />
    </Field>
  );
}
