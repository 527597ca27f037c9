"use client";

import { useQuery } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Tooltip } from "#app/_ui/tooltip.tsx";

const number = new Intl.NumberFormat("en");

/** How many seats the plan has, and how many of them are taken; null until it is known. */
export function useSeats(): { used: number; limit: number | null; planName: string } | null {
  const { data } = useQuery(useApi().organization.usage.queryOptions());
  const seats = data?.usage.find(({ resource }) => resource === "seats");
  return data && seats ? { used: seats.used, limit: seats.limit, planName: data.planName } : null;
}

/** The seats in one small line; tinted when none is left. */
export function SeatsNote() {
  const seats = useSeats();
  if (!seats) return null;
  const { used, limit, planName } = seats;
  const full = limit !== null && used >= limit;
  const of = limit === null ? "" : ` of ${number.format(limit)}`;
  return (
    <Tooltip content={`Active members and open invites each take a seat of the ${planName} plan.`}>
      <span>
        <Badge tone={full ? "warning" : "neutral"}>
          {number.format(used)}
          {of} seats used
        </Badge>
      </span>
    </Tooltip>
  );
}
