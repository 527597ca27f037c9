"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { UsageBars } from "#app/(console)/[org]/_billing/usage-bars.tsx";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button, ButtonLink } from "#app/_ui/button.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import { toastError } from "#app/_ui/toast.tsx";

/** Plan, payment and usage. */
export function OverviewPage() {
  const { slug } = useOrganization();
  const { can } = useAccess();
  const overview = useQuery(useApi().billing.overview.queryOptions());
  if (overview.data) {
    const { planName, usage } = overview.data;
    return (
      <div className="flex max-w-3xl flex-col gap-6">
        <Card>
          <CardHeader
            className="flex-wrap pb-4"
            title={planName}
            actions={
              <>
                {can("billing.manage") && <PortalButton />}
                <ButtonLink href={`/${slug}/billing/plans`}>See plans</ButtonLink>
              </>
            }
          />
        </Card>
        <Card>
          <CardHeader title="Usage" description={`What the ${planName} plan has room for.`} />
          <CardBody>
            <UsageBars usage={usage} />
          </CardBody>
        </Card>
      </div>
    );
  }
  if (overview.isError) return <LoadProblem error={overview.error} onRetry={overview.refetch} />;
  return <Skeleton className="h-56" />;
}

function PortalButton() {
  const open = useMutation(
    useApi().billing.openPortal.mutationOptions({
      onSuccess: ({ url }) => window.location.assign(url),
      onError: toastError,
    }),
  );
  return (
    <Button loading={open.isPending} onClick={() => open.mutate()}>
      Manage payment
    </Button>
  );
}
