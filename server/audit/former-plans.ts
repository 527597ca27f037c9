import { platformDb } from "../platform/database.ts";

/** What a smaller plan drops is kept for so long: a payment that failed, or a slip, is put right by then. */
const keptDays = 30;

/** The plans that organizations have left lately, by organization. */
export async function formerPlans(): Promise<Map<string, string[]>> {
  const rows = await platformDb().$queryRaw<{ organizationId: string; plan: string }[]>`
    SELECT DISTINCT organization_id AS "organizationId", before->>'plan' AS plan FROM billing_changes
    WHERE created_at > now() - ${keptDays} * interval '1 day' AND before->>'plan' <> after->>'plan'`;
  const plans = new Map<string, string[]>();
  for (const { organizationId, plan } of rows)
    plans.set(organizationId, [...(plans.get(organizationId) ?? []), plan]);
  return plans;
}
