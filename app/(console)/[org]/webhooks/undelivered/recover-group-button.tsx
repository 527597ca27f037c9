"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useWebhookActs } from "#app/(console)/[org]/webhooks/mutations.ts";
import { deliveriesInWords } from "#app/(console)/[org]/webhooks/words.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { useGo } from "#app/_ui/shell/go.ts";

type RecoverGroupButtonProps = { id: string; name: string; total: number; since: Date };

/** Sends again everything of an endpoint that did not arrive, then leads to where one sees it go. */
export function RecoverGroupButton({ id, name, total, since }: RecoverGroupButtonProps) {
  const api = useApi();
  const { slug } = useOrganization();
  const { why } = useAccess();
  const { recover } = useWebhookActs();
  const go = useGo();
  const [asking, setAsking] = useState(false);
  const endpoint = useQuery(api.webhooks.get.queryOptions({ id }));
  const stopped = endpoint.data !== undefined && endpoint.data.state !== "active";
  return (
    <>
      <Button
        disabledReason={why("webhooks.write") ?? (stopped && "The endpoint is stopped; resume it first")}
        onClick={() => setAsking(true)}
      >
        <History aria-hidden />
        Recover all…
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        tone="primary"
        title={`Send ${deliveriesInWords(total)} again?`}
        consequence={`Everything that “${name}” has not got is tried again as if it were new, the oldest first.`}
        confirmLabel="Recover all"
        onConfirm={async () => {
          await recover({ id, since, states: ["dead", "held"] });
          go(`/${slug}/webhooks/${id}`);
        }}
      />
    </>
  );
}
