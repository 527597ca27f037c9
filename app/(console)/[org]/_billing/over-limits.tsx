import {
  overLimits,
  resourceNames,
  type PlanOffer,
  type Usage,
} from "#app/(console)/[org]/_billing/words.ts";
import { Banner } from "#app/_ui/banner.tsx";

const count = new Intl.NumberFormat("en");

type OverLimitsProps = { usage: readonly Usage[]; to: PlanOffer };

/** What is there beyond the limits of a smaller plan, and what becomes of it. */
export function OverLimits({ usage, to }: OverLimitsProps) {
  const over = overLimits(usage, to.limits);
  if (over.length === 0) return null;
  return (
    <Banner tone="warning" title={`More than ${to.name} has room for`}>
      <ul className="mt-1 flex flex-col gap-0.5">
        {over.map(({ resource, used, limit }) => (
          <li key={resource} className="tabular">
            {resourceNames[resource]}: {count.format(used)}, where {to.name} has {count.format(limit)}
          </li>
        ))}
      </ul>
      <p className="mt-1.5">Nothing is deleted. Until it fits, nothing can be added there.</p>
    </Banner>
  );
}
