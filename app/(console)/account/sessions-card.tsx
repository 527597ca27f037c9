"use client";

import { useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Globe, Monitor, Smartphone, Tablet } from "lucide-react";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Card, CardFooter, CardHeader } from "#app/_ui/card.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import { toastDone, toastError } from "#app/_ui/toast.tsx";

type OwnSession = Outputs["session"]["list"][number];

const icons = { desktop: Monitor, mobile: Smartphone, tablet: Tablet } as const;

/** Every browser in which the account is signed in, and the way to end what one does not know. */
export function SessionsCard() {
  const api = useApi();
  const queryClient = useQueryClient();
  const sessions = useQuery(api.session.list.queryOptions());
  const [asking, setAsking] = useState(false);
  const revokeOthers = useMutation(api.session.revokeOthers.mutationOptions());
  const others = sessions.data?.filter((session) => !session.current).length ?? 0;
  return (
    <Card aria-labelledby="account-sessions">
      <CardHeader
        id="account-sessions"
        title="Signed-in browsers"
        description="If you do not know one of them, sign it out and change your password."
      />
      {sessions.error ? (
        <LoadProblem error={sessions.error} onRetry={() => sessions.refetch()} />
      ) : sessions.data ? (
        <ul className="divide-y divide-line border-t border-line">
          {sessions.data.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </ul>
      ) : (
        <div className="flex flex-col gap-3 px-5 pb-5">
          <Skeleton className="h-10" />
          <Skeleton className="h-10" />
        </div>
      )}
      <CardFooter>
        <span>A session ends by itself after 14 days.</span>
        <Button
          disabledReason={others === 0 && "You are signed in nowhere else"}
          onClick={() => setAsking(true)}
        >
          Sign out everywhere else
        </Button>
      </CardFooter>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Sign out everywhere else?"
        consequence={`${others === 1 ? "One other browser has" : `${others} other browsers have`} to sign in again. This one stays.`}
        confirmLabel="Sign out everywhere else"
        onConfirm={async () => {
          await revokeOthers.mutateAsync();
          await queryClient.invalidateQueries(api.session.list.queryFilter());
          toastDone("You are signed in here only.");
        }}
      />
    </Card>
  );
}

function SessionRow({ session }: { session: OwnSession }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const revoke = useMutation(
    api.session.revoke.mutationOptions({
      onError: toastError,
      // Also after a refusal: it may have ended by itself meanwhile.
      onSettled: () => queryClient.invalidateQueries(api.session.list.queryFilter()),
    }),
  );
  const { device, current, ip, createdAt, lastSeenAt } = session;
  const Icon = device.kind ? icons[device.kind] : Globe;
  const name = nameOf(device);
  return (
    <li className="flex items-center gap-4 px-5 py-3">
      <Icon aria-hidden className="size-5 shrink-0 text-ink-subtle" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium text-ink">
          {name}
          {current && <Badge tone="success">This browser</Badge>}
        </p>
        <p className="mt-0.5 text-sm text-ink-subtle">
          {ip ? `${ip} · ` : ""}signed in <RelativeTime date={createdAt} />
          {!current && (
            <>
              {" "}
              · last seen <RelativeTime date={lastSeenAt} />
            </>
          )}
        </p>
      </div>
      {!current && (
        <Button
          size="sm"
          loading={revoke.isPending}
          onClick={() => revoke.mutate({ id: session.id })}
          aria-label={`Sign out ${name}${ip ? ` at ${ip}` : ""}`}
        >
          Sign out
        </Button>
      )}
    </li>
  );
}

function nameOf({ browser, system }: OwnSession["device"]): string {
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? "Unknown browser";
}
