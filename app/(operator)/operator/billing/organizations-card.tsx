import type { Outputs } from "#app/_trpc/types.ts";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { ShareBar, type Share } from "#app/_ui/chart/share-bar.tsx";

type Rows = Outputs["operator"]["billing"]["report"]["organizations"];

const planColors: Record<string, string> = {
  free: "bg-line-strong",
  pro: "bg-info",
  business: "bg-accent",
  enterprise: "bg-success",
};

/** In Stripe's words, which may become more. */
const states: Record<string, { label: string; color: string }> = {
  none: { label: "Never bought anything", color: "bg-line-strong" },
  active: { label: "Active", color: "bg-success" },
  trialing: { label: "On trial", color: "bg-info" },
  past_due: { label: "Past due", color: "bg-warning" },
  unpaid: { label: "Unpaid", color: "bg-danger" },
  paused: { label: "Paused", color: "bg-warning" },
  canceled: { label: "Canceled", color: "bg-ink-subtle" },
};

/** How many organizations there are by plan, and by the state of what they bought. */
export function OrganizationsCard({ organizations }: { organizations: Rows }) {
  const plans = sharesOf(organizations, "plan", (plan) => ({
    label: plan.charAt(0).toUpperCase() + plan.slice(1),
    color: planColors[plan] ?? "bg-ink-subtle",
  }));
  const payments = sharesOf(
    organizations,
    "status",
    (status) => states[status] ?? { label: status, color: "bg-ink-subtle" },
  );
  return (
    <Card aria-labelledby="organizations">
      <CardHeader id="organizations" title="Organizations" />
      <CardBody className="grid gap-8 sm:grid-cols-2">
        <ShareBar label="Organizations by plan" shares={plans} />
        <ShareBar label="Organizations by the state of their subscription" shares={payments} />
      </CardBody>
    </Card>
  );
}

function sharesOf(
  rows: Rows,
  by: "plan" | "status",
  lookOf: (key: string) => { label: string; color: string },
): Share[] {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(row[by], (sums.get(row[by]) ?? 0) + row.count);
  return [...sums].toSorted(([, a], [, b]) => b - a).map(([key, value]) => ({ key, value, ...lookOf(key) }));
}
