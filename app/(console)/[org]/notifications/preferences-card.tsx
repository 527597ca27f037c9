"use client";

import { useId } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import { Switch } from "#app/_ui/switch.tsx";
import { toastError } from "#app/_ui/toast.tsx";
import type { NotificationPreference } from "#server/notifications/schema.ts";

/** Which kinds of notification the member gets by mail as well; each choice holds at once. */
export function PreferencesCard() {
  const api = useApi();
  const preferences = useQuery(api.notifications.preferences.queryOptions());
  return (
    <Card id="mail" className="mt-6 scroll-mt-16">
      <CardHeader title="By mail" description="What is mailed to you as well. It concerns you alone." />
      {preferences.data?.length === 0 ? (
        <CardBody className="text-base text-ink-subtle">
          Nothing that your role is told about comes by mail.
        </CardBody>
      ) : preferences.data ? (
        <ul className="divide-y divide-line border-t border-line">
          {preferences.data.map((preference) => (
            <Preference key={preference.kind} preference={preference} />
          ))}
        </ul>
      ) : preferences.isError ? (
        <LoadProblem error={preferences.error} onRetry={preferences.refetch} />
      ) : (
        <CardBody>
          <Skeleton className="h-24" />
        </CardBody>
      )}
    </Card>
  );
}

function Preference({ preference }: { preference: NotificationPreference }) {
  const id = useId();
  const choose = useChoice();
  const { kind, label, mail } = preference;
  return (
    <li className="flex items-center justify-between gap-4 px-5 py-2.5">
      <label htmlFor={id} className="min-w-0 text-base text-ink">
        {label}
      </label>
      <Switch id={id} checked={mail} onCheckedChange={(on) => choose(kind, on)} />
    </li>
  );
}

/** Shows the choice before the server has answered, and takes it back when it refuses. */
function useChoice(): (kind: string, mail: boolean) => void {
  const api = useApi();
  const queryClient = useQueryClient();
  const key = api.notifications.preferences.queryKey();
  const show = (kind: string, mail: boolean) =>
    queryClient.setQueryData(key, (known) =>
      known?.map((preference) => (preference.kind === kind ? { ...preference, mail } : preference)),
    );
  const update = useMutation(
    api.notifications.updatePreferences.mutationOptions({
      onMutate: ({ kind, mail }) => void show(kind, mail),
      onError: (error, { kind, mail }) => {
        show(kind, !mail);
        toastError(error);
      },
    }),
  );
  return (kind, mail) => update.mutate({ kind, mail });
}
