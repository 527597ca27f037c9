"use client";

import { useState } from "react";
import { Ellipsis, History, Pause, Pencil, Play, Send, Trash2 } from "lucide-react";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { RecoverDialog } from "#app/(console)/[org]/webhooks/[endpointId]/recover-dialog.tsx";
import { ResumeDialog } from "#app/(console)/[org]/webhooks/[endpointId]/resume-dialog.tsx";
import { useOpenDelivery } from "#app/(console)/[org]/webhooks/_deliveries/use-open-delivery.ts";
import { useWebhookActs } from "#app/(console)/[org]/webhooks/mutations.ts";
import { shortAddress } from "#app/(console)/[org]/webhooks/words.ts";
import { Button } from "#app/_ui/button.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { DropdownMenu, MenuItem, MenuSeparator } from "#app/_ui/dropdown-menu.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import { toastError } from "#app/_ui/toast.tsx";
import type { WebhookEndpoint } from "#server/webhooks/schema.ts";

type Asking = "pause" | "resume" | "recover" | "delete" | null;

/** What can be done with an endpoint. What cannot be undone asks first. */
export function EndpointActions({ endpoint }: { endpoint: WebhookEndpoint }) {
  const { id, state, description, url } = endpoint;
  const { slug } = useOrganization();
  const { why } = useAccess();
  const acts = useWebhookActs();
  const go = useGo();
  const delivery = useOpenDelivery();
  const [asking, setAsking] = useState<Asking>(null);
  const ask = (what: Asking) => (open: boolean) => setAsking(open ? what : null);
  const refused = why("webhooks.write");
  const stopped = state !== "active";
  const name = description || shortAddress(url);
  return (
    <div className="mb-6 flex flex-wrap gap-2">
      <Button
        variant="primary"
        loading={acts.testing}
        disabledReason={refused ?? (stopped && "Resume it first")}
        onClick={() => void acts.sendTest(id).then(({ deliveryId }) => delivery.open(deliveryId), toastError)}
      >
        <Send aria-hidden />
        Send test event
      </Button>
      {stopped ? (
        <Button disabledReason={refused} onClick={() => setAsking("resume")}>
          <Play aria-hidden />
          Resume…
        </Button>
      ) : (
        <Button disabledReason={refused} onClick={() => setAsking("pause")}>
          <Pause aria-hidden />
          Pause…
        </Button>
      )}
      <Button disabledReason={refused ?? (stopped && "Resume it first")} onClick={() => setAsking("recover")}>
        <History aria-hidden />
        Recover…
      </Button>
      <DropdownMenu
        align="start"
        trigger={
          <Button aria-label="More actions">
            <Ellipsis aria-hidden />
            More
          </Button>
        }
      >
        <MenuItem disabledReason={refused} onSelect={() => go(`/${slug}/webhooks/${id}/edit`)}>
          <Pencil aria-hidden />
          Edit
        </MenuItem>
        <MenuSeparator />
        <MenuItem
          danger={!why("webhooks.delete")}
          disabledReason={why("webhooks.delete")}
          onSelect={() => setAsking("delete")}
        >
          <Trash2 aria-hidden />
          Delete…
        </MenuItem>
      </DropdownMenu>
      <ConfirmDialog
        open={asking === "pause"}
        onOpenChange={ask("pause")}
        tone="primary"
        title={`Pause “${name}”?`}
        consequence="Nothing is sent until you resume it. What happens meanwhile is held, and so is what waits now."
        confirmLabel="Pause endpoint"
        onConfirm={() => acts.pause(id)}
      />
      <ResumeDialog open={asking === "resume"} onOpenChange={ask("resume")} id={id} name={name} />
      <RecoverDialog open={asking === "recover"} onOpenChange={ask("recover")} id={id} />
      <ConfirmDialog
        open={asking === "delete"}
        onOpenChange={ask("delete")}
        title={`Delete “${name}”?`}
        consequence="Nothing more is sent to it, what waits for it is canceled, and its secrets are destroyed. This cannot be undone."
        confirmLabel="Delete endpoint"
        onConfirm={async () => {
          await acts.remove(id);
          go(`/${slug}/webhooks`);
        }}
      />
    </div>
  );
}
