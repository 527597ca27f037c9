"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { RefusalNotice } from "#app/(console)/[org]/_access/refusal-notice.tsx";
import { ExternalLink } from "#app/(console)/[org]/_billing/external-link.tsx";
import { formatMoney } from "#app/(console)/[org]/_billing/money.ts";
import { useBillingActs } from "#app/(console)/[org]/_billing/mutations.ts";
import { PortalButton } from "#app/(console)/[org]/_billing/portal-button.tsx";
import { intervalWords, planName } from "#app/(console)/[org]/_billing/words.ts";
import type { ChangeDialogProps } from "#app/(console)/[org]/billing/plans/downgrade-dialog.tsx";
import { PreviewLines } from "#app/(console)/[org]/billing/plans/preview-lines.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogActions } from "#app/_ui/dialog.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import { readServerError } from "#app/_ui/server-error.ts";
import { toastDone } from "#app/_ui/toast.tsx";

/** Shows what a greater plan costs now, charges exactly that, and says what became of it. */
export function UpgradeDialog(props: ChangeDialogProps) {
  const { open, onOpenChange, choice, overview } = props;
  const name = planName(choice.plan);
  const { every } = intervalWords[choice.interval];
  const same = overview.subscription?.plan === choice.plan;
  const [working, setWorking] = useState(false);
  return (
    <Dialog
      open={open}
      // What the charge came to must be seen.
      onOpenChange={(next) => (next || !working) && onOpenChange(next)}
      title={same ? `Pay ${name} ${every}` : `Upgrade to ${name}, paid ${every}`}
    >
      <UpgradeForm {...props} working={working} setWorking={setWorking} />
    </Dialog>
  );
}

type UpgradeFormProps = ChangeDialogProps & { working: boolean; setWorking: (working: boolean) => void };

/** Lives inside the dialog, so that each opening begins with a preview of its own. */
function UpgradeForm({ choice, overview, offers, onOpenChange, working, setWorking }: UpgradeFormProps) {
  const { plan, interval } = choice;
  const api = useApi();
  const { change } = useBillingActs();
  const preview = useQuery({
    ...api.billing.previewChange.queryOptions({ plan, interval }),
    // What it costs is different at each moment: nothing old is shown, and nothing changes while it is read.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const [error, setError] = useState<unknown>(null);
  const [outdated, setOutdated] = useState(false);
  const [unpaid, setUnpaid] = useState<{ payUrl: string | null; sum: string } | null>(null);
  const offer = offers.plans.find((one) => one.plan === plan);

  async function pay(): Promise<void> {
    if (!preview.data) return;
    const { amount, currency, prorationDate } = preview.data;
    setWorking(true);
    setError(null);
    try {
      const { state, payUrl } = await change({ plan, interval, amount, prorationDate });
      if (state === "payment_needed") return setUnpaid({ payUrl, sum: formatMoney(amount, currency) });
      toastDone(`The organization is on ${planName(plan)}, paid ${intervalWords[interval].every}`);
      onOpenChange(false);
    } catch (thrown) {
      if (readServerError(thrown).reason !== "preview_outdated") return setError(thrown);
      const { isSuccess, error: unread } = await preview.refetch();
      if (isSuccess) setOutdated(true);
      else setError(unread);
    } finally {
      setWorking(false);
    }
  }

  if (unpaid) return <Declined {...unpaid} stays={overview.subscription?.plan ?? "free"} wanted={plan} />;
  if (preview.isError && !preview.data)
    return <LoadProblem error={preview.error} onRetry={preview.refetch} />;
  if (!preview.data) {
    return (
      <>
        <LoadingNote>Working out what it costs</LoadingNote>
        <Skeleton className="h-40" />
      </>
    );
  }
  const { amount, currency } = preview.data;
  return (
    <form
      noValidate
      aria-label="Upgrade"
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!working) void pay();
      }}
    >
      {outdated && !error && (
        <Banner tone="warning" urgent title="What was shown is out of date">
          Nothing was charged. This is what it costs now.
        </Banner>
      )}
      <RefusalNotice error={error} />
      <PreviewLines
        preview={preview.data}
        after={offer?.prices ? offer.prices[interval] : null}
        interval={interval}
        trialEnd={overview.subscription?.status === "trialing" ? overview.subscription.trialEnd : null}
      />
      <DialogActions>
        <Button disabledReason={working && "The payment is under way"} onClick={() => onOpenChange(false)}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" loading={working || preview.isFetching}>
          {amount > 0 ? `Pay ${formatMoney(amount, currency)} now` : "Upgrade now"}
        </Button>
      </DialogActions>
    </form>
  );
}

type DeclinedProps = { payUrl: string | null; sum: string; stays: string; wanted: string };

/** The card was refused: nothing has changed, and there are two ways on. */
function Declined({ payUrl, sum, stays, wanted }: DeclinedProps) {
  return (
    <div className="flex flex-col gap-4">
      <Banner tone="danger" urgent title="The card was declined">
        The organization stays on {planName(stays)}. Pay with another card, and {planName(wanted)} begins at
        once.
      </Banner>
      <div className="flex flex-wrap justify-end gap-2">
        <PortalButton>Change payment method</PortalButton>
        {payUrl && (
          <ExternalLink href={payUrl} variant="primary">
            Pay {sum}
          </ExternalLink>
        )}
      </div>
    </div>
  );
}
