"use client";

import type { ReactNode } from "react";
import { X } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import type { Organization } from "#app/_trpc/types.ts";
import { Banner } from "#app/_ui/banner.tsx";
import { buttonStyle } from "#app/_ui/button.tsx";
import { useDismissed } from "#app/_ui/dismissed.ts";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { CalendarDate } from "#app/_ui/relative-time.tsx";

type Notice = NonNullable<Organization["billingNotice"]>;

/** Stands over every page while payments keep the organization from something, or a payment or an end is near. */
export function BillingNotice() {
  const { billingNotice } = useOrganization();
  return billingNotice && <Standing notice={billingNotice} />;
}

function Standing({ notice: { kind, at } }: { notice: Notice }) {
  const { id, slug } = useOrganization();
  const { can } = useAccess();
  const place = `/${slug}/billing`;
  const path = usePathname();
  const [dismissed, dismiss] = useDismissed(`${id}.${kind}.${at?.getTime() ?? ""}`);
  const { tone, words, passing, owing } = said[kind];
  if (passing && dismissed) return null;
  const sees = can("billing.read");
  // The overview says it itself, with all that can be done about it.
  if (owing && sees && path === place) return null;
  return (
    <Banner
      tone={tone}
      className="mb-6"
      title={
        <>
          {words(at && <CalendarDate date={at} />)}
          {!sees && " Ask an owner."}
        </>
      }
      actions={
        <>
          {sees && path !== place && (
            <Link href={place} className={buttonStyle({ size: "sm" })}>
              Go to billing
            </Link>
          )}
          {passing && (
            <IconButton label="Hide until the next visit" size="sm" onClick={dismiss}>
              <X aria-hidden />
            </IconButton>
          )}
        </>
      }
    />
  );
}

type Said = {
  tone: "info" | "warning" | "danger";
  words: (date: ReactNode) => ReactNode;
  /** Keeps nobody from anything, so it may be sent away. */
  passing?: boolean;
  /** Stripe waits for a payment. */
  owing?: boolean;
};

const said: Record<Notice["kind"], Said> = {
  past_due: {
    tone: "warning",
    words: (date) => (
      <>A payment failed. Nothing can be added, and on {date} the organization becomes read-only.</>
    ),
    owing: true,
  },
  unpaid: {
    tone: "danger",
    words: () => "A payment is missing: this organization is read-only until it is made.",
    owing: true,
  },
  paused: {
    tone: "danger",
    words: () => "The subscription is paused: this organization is read-only until it is resumed.",
    owing: true,
  },
  read_only: { tone: "danger", words: () => "This organization is read-only: changes are refused." },
  no_growth: { tone: "warning", words: () => "Nothing can be added to this organization at present." },
  trial_ends: {
    tone: "info",
    words: (date) => <>The trial ends on {date}. Add a card to keep the plan.</>,
    passing: true,
  },
  trial_charges: {
    tone: "info",
    words: (date) => <>The trial ends on {date}. Then the first payment is due.</>,
    passing: true,
  },
  subscription_ends: {
    tone: "info",
    words: (date) => <>The subscription ends on {date}. Then the Free plan applies.</>,
    passing: true,
  },
};
