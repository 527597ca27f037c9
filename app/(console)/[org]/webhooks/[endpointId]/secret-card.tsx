"use client";

import { useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Eye, EyeOff, RefreshCw } from "lucide-react";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { RotateSecretDialog } from "#app/(console)/[org]/webhooks/[endpointId]/rotate-secret-dialog.tsx";
import { SecretField } from "#app/(console)/[org]/webhooks/secret-dialog.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Button } from "#app/_ui/button.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { CopyButton } from "#app/_ui/copy-button.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { toastError } from "#app/_ui/toast.tsx";
import type { WebhookEndpoint } from "#server/webhooks/schema.ts";

/** The secret that signs. It is asked for at a click alone, since each look at it stands in the audit log. */
export function SecretCard({ endpoint }: { endpoint: WebhookEndpoint }) {
  const { id, overlapUntil } = endpoint;
  const { why } = useAccess();
  const refused = why("webhooks.manage");
  const { shown, loading, show, hide } = useSecret(id);
  const [rotating, setRotating] = useState(false);
  return (
    <Card aria-label="Signing secret">
      <CardHeader title="Signing secret" description="Each look at it stands in the audit log." />
      <CardBody className="flex flex-col gap-4">
        {overlapUntil && (
          <p className="text-sm text-ink-muted">
            The secret before signs as well; that ends <RelativeTime date={overlapUntil} />.
          </p>
        )}
        {shown && <Line label="Secret" secret={shown.secret} />}
        {shown?.previous && <Line label="Secret before" secret={shown.previous.secret} />}
        <div className="flex flex-wrap gap-2">
          {shown ? (
            <Button onClick={hide}>
              <EyeOff aria-hidden />
              Hide secret
            </Button>
          ) : (
            <Button disabledReason={refused} loading={loading} onClick={() => void show()}>
              <Eye aria-hidden />
              Show secret
            </Button>
          )}
          <Button disabledReason={refused} onClick={() => setRotating(true)}>
            <RefreshCw aria-hidden />
            Rotate…
          </Button>
        </div>
        <RotateSecretDialog
          open={rotating}
          onOpenChange={(open) => {
            setRotating(open);
            hide();
          }}
          id={id}
        />
      </CardBody>
    </Card>
  );
}

type Secret = Outputs["webhooks"]["showSecret"];

function useSecret(id: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  const [shown, setShown] = useState<Secret | null>(null);
  const [loading, setLoading] = useState(false);
  return {
    shown,
    loading,
    hide: () => setShown(null),
    show: async () => {
      setLoading(true);
      const options = api.webhooks.showSecret.queryOptions({ id });
      try {
        setShown(await queryClient.fetchQuery({ ...options, staleTime: 0, gcTime: 0, retry: false }));
      } catch (error) {
        toastError(error);
      } finally {
        // Nothing of it stays in memory but what is shown.
        queryClient.removeQueries({ queryKey: options.queryKey });
        setLoading(false);
      }
    },
  };
}

function Line({ label, secret }: { label: string; secret: string }) {
  return (
    <div className="flex items-end gap-1">
      <div className="min-w-0 flex-1">
        <SecretField label={label} secret={secret} />
      </div>
      <CopyButton text={secret} label={`Copy the ${label.toLowerCase()}`} />
    </div>
  );
}
