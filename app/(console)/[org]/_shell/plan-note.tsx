"use client";

import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { Banner } from "#app/_ui/banner.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";
import type { Feature } from "#server/plans/catalogue.ts";

type PlanNoteProps = {
  feature: Feature;
  /** What becomes of what is there already. */
  kept?: string | false | undefined;
};

/** Says that the plan does not have this, and where a greater one is; nothing where it does. */
export function PlanNote({ feature, kept }: PlanNoteProps) {
  const { slug } = useOrganization();
  const { can, lacks } = useAccess();
  const lack = lacks(feature);
  if (!lack) return null;
  const seesPlans = can("billing.read");
  const words = [kept, !seesPlans && "An owner can choose a greater plan."].filter(Boolean).join(" ");
  return (
    <div className="mb-6">
      <Banner
        tone="info"
        title={lack}
        actions={
          seesPlans && (
            <ButtonLink size="sm" href={`/${slug}/billing/plans`}>
              See plans
            </ButtonLink>
          )
        }
      >
        {words}
      </Banner>
    </div>
  );
}
