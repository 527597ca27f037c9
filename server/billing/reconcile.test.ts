import { afterAll, beforeAll, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { TestStripe } from "../test/billing.ts";
import { buildOrganization, closeConnections } from "../test/factories.ts";
import { setTenantState } from "../test/tenant-state.ts";
import { reconcileAll } from "./reconcile.ts";

const hourMs = 3_600_000;
const job = { requestId: "test", signal: new AbortController().signal };

let made: TestStripe;
beforeAll(async () => {
  made = await TestStripe.open();
  await made.deliver(false);
});
afterAll(async () => {
  await closeConnections();
  await made.close();
});

test("a later try of a round goes on where the one before it was cut off", async () => {
  const organizations = [await buildOrganization(), await buildOrganization(), await buildOrganization()];
  for (const organization of organizations) await made.subscribed(organization);
  const [, cutOff] = organizations;
  await platformDb().billingCustomer.update({
    where: { organizationId: cutOff?.id ?? "" },
    data: { syncedFrom: new Date(Date.now() - 20 * hourMs) },
    select: { syncedFrom: true },
  });
  expect(await reconcileAll({ ...job, attempt: 2 })).toMatchObject({ looked: 1, failed: 0 });
  expect(await reconcileAll({ ...job, attempt: 1 })).toMatchObject({ looked: 3, failed: 0 });
});

test("an organization that is suspended is looked at, and no failure", async () => {
  const organization = await buildOrganization();
  await made.subscribed(organization);
  await setTenantState(organization.id, "suspended");
  const mine = { organizationId: organization.id };
  expect(await reconcileAll(job, mine)).toMatchObject({ looked: 1, seats: 0, failed: 0 });
});
