"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import { useApi } from "#app/_trpc/client.tsx";
import type { Organization } from "#app/_trpc/types.ts";
import type { Permission } from "#server/access/permissions.ts";
import type { Feature } from "#server/plans/catalogue.ts";

/** The organization on the screen, as the signed-in member sees it; the layout has already read it. */
export function useOrganization(): Organization {
  const api = useApi();
  return useSuspenseQuery(api.organization.get.queryOptions()).data;
}

/**
 * The member's permissions, for what the screen offers. `why` gives the sentence for a disabled control, or null
 * where the act is permitted; `lacks` that of what the plan does not have. The server checks again by the same names.
 */
export function useAccess() {
  const { me, lacks: lacking } = useOrganization();
  const can = (permission: Permission) => me.permissions.includes(permission);
  const why = (permission: Permission) =>
    can(permission) ? null : `Your role (${me.roleName}) does not permit this`;
  const lacks = (feature: Feature) => lacking[feature] ?? null;
  return { can, why, lacks };
}
