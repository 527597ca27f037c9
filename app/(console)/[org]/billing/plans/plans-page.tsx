"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { useQueryStates } from "nuqs";
import type { Choice, Interval } from "#app/(console)/[org]/_billing/words.ts";
import { useOverview } from "#app/(console)/[org]/_billing/use-overview.ts";
import { CancelDialog } from "#app/(console)/[org]/_billing/cancel-dialog.tsx";
import { DowngradeDialog } from "#app/(console)/[org]/billing/plans/downgrade-dialog.tsx";
import { IntervalSwitch } from "#app/(console)/[org]/billing/plans/interval-switch.tsx";
import { PlanOfferCard } from "#app/(console)/[org]/billing/plans/plan-offer-card.tsx";
import { plansSearch } from "#app/(console)/[org]/billing/plans/search-params.ts";
import { UpgradeDialog } from "#app/(console)/[org]/billing/plans/upgrade-dialog.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Card } from "#app/_ui/card.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

/** What somebody is asked about before it is done. */
type Asked = { what: "upgrade" | "downgrade"; choice: Choice } | { what: "cancel" };

/** All plans side by side, and the way to each. */
export function PlansPage() {
  const plans = useQuery(useApi().billing.plans.queryOptions());
  const overview = useOverview();
  const [search, setSearch] = useQueryStates(plansSearch);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [shown, setShown] = useState<Asked | null>(null);
  // While a dialog closes it still shows what it asked.
  if (asked !== null && asked !== shown) setShown(asked);
  const failed = [plans, overview].find(({ isError, data }) => isError && !data);
  if (failed) {
    return (
      <Card>
        <LoadProblem error={failed.error} onRetry={failed.refetch} />
      </Card>
    );
  }
  if (!plans.data || !overview.data) {
    return (
      <>
        <LoadingNote>Loading the plans</LoadingNote>
        <Skeleton className="h-96" />
      </>
    );
  }
  const { usage, subscription } = overview.data;
  const paid: Interval = search.paid ?? subscription?.interval ?? "month";
  const close = () => setAsked(null);
  const dialog = { open: asked !== null, onOpenChange: close, overview: overview.data, offers: plans.data };
  return (
    <>
      <div className="mb-5 flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <IntervalSwitch
          paid={paid}
          onChange={(next) => void setSearch({ paid: next })}
          plans={plans.data.plans}
        />
        <p className="text-sm text-ink-subtle">Each member and each open invite takes a seat.</p>
      </div>
      <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4">
        {plans.data.plans.map((offer) => (
          <PlanOfferCard
            key={offer.plan}
            offer={offer}
            currency={plans.data.currency}
            paid={paid}
            overview={overview.data}
            onAsk={setAsked}
          />
        ))}
      </ul>
      {shown?.what === "upgrade" && <UpgradeDialog {...dialog} choice={shown.choice} />}
      {shown?.what === "downgrade" && <DowngradeDialog {...dialog} choice={shown.choice} />}
      {shown?.what === "cancel" && subscription && (
        <CancelDialog open={asked !== null} onOpenChange={close} subscription={subscription} usage={usage} />
      )}
    </>
  );
}
