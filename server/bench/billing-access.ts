// What it costs a warm request to know what its organization has paid for.
import { findOrganization } from "../access/directory.ts";
import { paidFor, refuseUnpaid } from "../billing/access.ts";
import { platformDb } from "../platform/database.ts";
import { buildOrganization, closeConnections, doorOf } from "../test/factories.ts";
import { progress, type Bench } from "./figure.ts";
import { median, quantile } from "./measure.ts";

const decisions = 200_000;

export const bench: Bench = {
  async run(report) {
    const { id, slug, owner } = await buildOrganization({ plan: "pro" });
    // The longest way through the decision: a payment is missing, and the grace must be worked out.
    const at = new Date();
    await platformDb().subscription.create({
      data: {
        organizationId: id,
        subscriptionId: "sub_measured",
        status: "past_due",
        unpaidSince: at,
        plan: "pro",
        ticket: 1,
        syncedAt: at,
      },
      select: { organizationId: true },
    });
    const door = await doorOf(owner);
    progress(`Decisions on a warm request: ${decisions} …`);
    const times: number[] = [];
    for (let decision = 0; decision < decisions; decision++) {
      const from = performance.now();
      const found = await findOrganization(slug);
      if (!found) throw new Error("the organization is gone");
      const organization = paidFor(found, new Date());
      refuseUnpaid({ ...door, organization }, "projects.create");
      times.push(performance.now() - from);
      if (organization.access !== "grace") throw new Error("the decision came out wrong");
    }
    report({
      name: "billing.access",
      details: { p50: median(times) },
      value: quantile(times, 0.99),
      unit: "ms",
      goal: 0.05,
      n: decisions,
    });
    await closeConnections();
  },
};
