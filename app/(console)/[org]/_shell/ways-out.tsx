"use client";

import { useCallback, type ReactNode } from "react";
import Link from "next/link";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { buttonStyle } from "#app/_ui/button.tsx";
import { WaysOut, type WayOut } from "#app/_ui/way-out.tsx";

type Place = { at: string; label: string; others: string };

const greaterPlan: Place = {
  at: "/plans",
  label: "See plans",
  others: "An owner can choose a greater plan.",
};

/** Refusals that a payment or a greater plan ends. */
const places: Partial<Record<string, Place>> = {
  // Its own words name who can.
  billing_read_only: { at: "", label: "Go to billing", others: "" },
  payment_missing: { at: "", label: "Go to billing", others: "Ask an owner." },
  limit_reached: greaterPlan,
  feature_missing: greaterPlan,
};

/** Leads out of whatever is refused inside because of plan or payment: to billing, for who may go there. */
export function BillingWaysOut({ children }: { children: ReactNode }) {
  const { slug } = useOrganization();
  const { can } = useAccess();
  const sees = can("billing.read");
  const find = useCallback(
    (reason: string): WayOut | null => {
      const place = places[reason];
      if (!place) return null;
      const { at, label, others } = place;
      if (!sees) return { words: others };
      const style = buttonStyle({ size: "sm" });
      return {
        action: (
          <Link href={`/${slug}/billing${at}`} className={style}>
            {label}
          </Link>
        ),
      };
    },
    [slug, sees],
  );
  return <WaysOut value={find}>{children}</WaysOut>;
}
