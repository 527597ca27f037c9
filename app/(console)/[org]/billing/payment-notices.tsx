"use client";

import { ExternalLink } from "#app/(console)/[org]/_billing/external-link.tsx";
import { formatMoney } from "#app/(console)/[org]/_billing/money.ts";
import { PortalButton } from "#app/(console)/[org]/_billing/portal-button.tsx";
import { isOwing, planName, type BillingOverview } from "#app/(console)/[org]/_billing/words.ts";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { RunAgain } from "#app/(console)/[org]/billing/run-again.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { CalendarDate } from "#app/_ui/relative-time.tsx";

type PaymentNoticesProps = { overview: BillingOverview; onRetry: () => Promise<unknown> };

/** What stands in the way: payments that are missing, and what Stripe did not say. */
export function PaymentNotices({ overview, onRetry }: PaymentNoticesProps) {
  const { subscription, complete } = overview;
  return (
    <div className="flex flex-col gap-3 empty:hidden">
      {subscription && isOwing(subscription) && <OwingNotice overview={overview} />}
      {subscription?.pendingPlan && <PendingNotice overview={overview} />}
      {!complete && (
        <Banner
          tone="warning"
          title="Stripe did not answer"
          actions={<Button onClick={() => void onRetry()}>Try again</Button>}
        >
          The price, the next invoice and open payments could not be loaded. The rest of this page is up to
          date.
        </Banner>
      )}
    </div>
  );
}

type NoticeProps = { overview: BillingOverview };

function OwingNotice({ overview: { subscription, access } }: NoticeProps) {
  const { can } = useAccess();
  if (!subscription) return null;
  const { openInvoice, status } = subscription;
  const sum = openInvoice && formatMoney(openInvoice.amount, openInvoice.currency);
  const readOnly = access.level === "read_only";
  return (
    <Banner
      tone={readOnly ? "danger" : "warning"}
      title={
        status === "paused" && !openInvoice
          ? "The subscription is paused"
          : `${sum === null ? "A payment" : `The payment of ${sum}`} did not go through`
      }
      actions={
        can("billing.manage") && (
          <>
            {openInvoice?.url && (
              <ExternalLink href={openInvoice.url} variant="primary">
                Pay {sum}
              </ExternalLink>
            )}
            {status === "paused" && subscription.card && !openInvoice && !subscription.cancelAt && (
              <RunAgain subscription={subscription} />
            )}
            <PortalButton>Change payment method</PortalButton>
          </>
        )
      }
    >
      {readOnly ? (
        "The organization is read-only until it is paid. Nothing is lost, and everything can be exported."
      ) : (
        <>
          Nothing can be added until it is paid.
          {access.until && (
            <>
              {" "}
              From <CalendarDate date={access.until} /> on the organization is read-only.
            </>
          )}
        </>
      )}
    </Banner>
  );
}

/** A greater plan that waits for its payment. */
function PendingNotice({ overview: { subscription } }: NoticeProps) {
  const { can } = useAccess();
  if (!subscription?.pendingPlan) return null;
  const { openInvoice, pendingPlan, plan } = subscription;
  return (
    <Banner
      tone="warning"
      title={`The change to ${planName(pendingPlan.plan)} waits for its payment`}
      actions={
        can("billing.manage") &&
        openInvoice?.url && (
          <ExternalLink href={openInvoice.url} variant="primary">
            Pay {formatMoney(openInvoice.amount, openInvoice.currency)}
          </ExternalLink>
        )
      }
    >
      The card was declined, so the organization stays on {planName(plan)}. Unless it is paid by{" "}
      <CalendarDate date={pendingPlan.until} />, the change falls away.
    </Banner>
  );
}
