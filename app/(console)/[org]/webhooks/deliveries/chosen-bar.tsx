"use client";

import { RotateCcw } from "lucide-react";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { useWebhookActs } from "#app/(console)/[org]/webhooks/mutations.ts";
import { deliveriesInWords } from "#app/(console)/[org]/webhooks/words.ts";
import { Button } from "#app/_ui/button.tsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import type { useRowSelection } from "#app/_ui/data-table/selection.ts";
import { toastError } from "#app/_ui/toast.tsx";

type ChosenBarProps = {
  shown: readonly { id: string }[];
  selection: ReturnType<typeof useRowSelection>;
};

/** Chooses all rows of the page, and sends the chosen ones again. */
export function ChosenBar({ shown, selection }: ChosenBarProps) {
  const { chosen, chooseAll } = selection;
  const { why } = useAccess();
  const { replay, replaying } = useWebhookActs();
  const some = chosen.size > 0;
  const state = chosen.size === shown.length ? true : some ? "indeterminate" : false;
  return (
    <div className="mb-2 flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1 pl-4">
      <Checkbox label="Choose all on this page" checked={state} onCheckedChange={chooseAll} />
      <output className="text-sm text-ink-muted">
        {some ? `${deliveriesInWords(chosen.size)} chosen` : "None chosen"}
      </output>
      {some && (
        <Button
          size="sm"
          className="pointer-coarse:h-10"
          loading={replaying}
          disabledReason={why("webhooks.write")}
          onClick={() => void replay([...chosen]).then(() => chooseAll(false), toastError)}
        >
          <RotateCcw aria-hidden />
          Send again
        </Button>
      )}
    </div>
  );
}
