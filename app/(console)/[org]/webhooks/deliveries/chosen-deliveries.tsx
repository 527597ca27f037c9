"use client";

import { RotateCcw } from "lucide-react";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { useWebhookActs } from "#app/(console)/[org]/webhooks/mutations.ts";
import { deliveriesInWords } from "#app/(console)/[org]/webhooks/words.ts";
import { Button } from "#app/_ui/button.tsx";
import { ChosenBar } from "#app/_ui/data-table/chosen-bar.tsx";
import type { useRowSelection } from "#app/_ui/data-table/selection.ts";
import { toastError } from "#app/_ui/toast.tsx";

type ChosenDeliveriesProps = {
  shown: readonly { id: string }[];
  selection: ReturnType<typeof useRowSelection>;
};

/** Sends the chosen ones again. */
export function ChosenDeliveries({ shown, selection }: ChosenDeliveriesProps) {
  const { chosen, chooseAll } = selection;
  const { why } = useAccess();
  const { replay, replaying } = useWebhookActs();
  return (
    <ChosenBar shown={shown.length} selection={selection} counted={deliveriesInWords}>
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
    </ChosenBar>
  );
}
