import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { priceKeys, sales } from "../billing/catalogue.ts";
import { platformDb } from "../platform/database.ts";
import { buildOrganization, closeConnections } from "../test/factories.ts";
import { startStripeStandIn, type StandIn } from "../dev/stripe/stand-in.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { meterNames } from "../usage/meters.ts";

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStripeStandIn({ port: 0 });
});
afterAll(async () => {
  await closeConnections();
  await standIn.close();
});

async function billing(act: readonly string[], env: NodeJS.Dict<string>): Promise<string> {
  const cli = path.join(import.meta.dirname, "main.ts");
  const given = { ...process.env, ...env };
  const run = await promisify(execFile)(process.execPath, [cli, "billing", ...act], { env: given });
  return run.stdout;
}

const syncCatalog = (env: NodeJS.Dict<string>) => billing(["sync-catalog"], env);

test("the catalogue is brought to Stripe by the command line, once", async () => {
  const env = { STRIPE_SECRET_KEY: "sk_test_cli", STRIPE_API_URL: standIn.url };
  const all = sales.length + priceKeys().length + meterNames.length;
  expect(await syncCatalog(env)).toContain(`${all} made, 0 changed, 0 as they should be.`);
  expect(await syncCatalog(env)).toBe(`0 made, 0 changed, ${all} as they should be.\n`);
});

test("without a key it says so", async () => {
  await expect(syncCatalog({ STRIPE_SECRET_KEY: "" })).rejects.toThrow("Nothing can be bought");
});

test("a reconciliation that is asked for says what it found, and whom it does not know", async () => {
  const env = { STRIPE_SECRET_KEY: "sk_test_cli", STRIPE_API_URL: standIn.url };
  expect(await billing(["reconcile"], env)).toMatch(
    /^\d+ looked at, \d+ repaired, \d+ with other seats, 0 failed\.$/m,
  );
  await expect(billing(["reconcile", "--organization", "nobody"], env)).rejects.toThrow(
    "There is no organization nobody",
  );
});

test("what reconciliations found is kept, with the organizations that it concerned", async () => {
  const { id } = await buildOrganization({ plan: "free" });
  const customerId = `cus_nobody_${id}`;
  await platformDb().billingCustomer.create({
    data: { organizationId: id, customerId },
    select: { organizationId: true },
  });
  const env = { STRIPE_SECRET_KEY: "sk_test_cli", STRIPE_API_URL: standIn.url };
  const { slug } = await platformDb().organization.findUniqueOrThrow({
    where: { id },
    select: { slug: true },
  });
  // Stripe has no such customer.
  await expect(billing(["reconcile", "--organization", slug], env)).rejects.toThrow("Command failed");
  const told = await billing(["reports", "--most", "1"], {});
  expect(told).toMatch(
    new RegExp(`^\\d{4}-.*\\t${id}\\t1 looked at, 0 repaired, 0 with other seats, 1 failed$`, "m"),
  );
  expect(told).toContain(`\t${id}\tfailed`);
  await expect(billing(["reports", "--most", "0"], {})).rejects.toThrow("Command failed");
});

test("hours of usage that were not reported are listed, and failed ones are a fault", async () => {
  const organization = await buildOrganization();
  const usage = () => billing(["usage", "--organization", organization.slug], {});
  expect(await usage()).toBe("0 wait, 0 failed.\n");
  const hour = new Date("2026-11-20T10:00:00Z");
  await tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
    db.usageHour.createMany({
      data: [
        { meter: "api_calls", hour, quantity: 12n, state: "waiting", error: "resource_missing" },
        { meter: "webhook_deliveries", hour, quantity: 3n, state: "sent" },
      ],
    }),
  );
  expect(await usage()).toBe(
    "2026-11-20T10:00:00.000Z\tapi_calls\t12\twaiting\tresource_missing\n1 wait, 0 failed.\n",
  );
  await tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
    db.usageHour.updateMany({ where: { meter: "api_calls" }, data: { state: "failed", error: "too old" } }),
  );
  await expect(usage()).rejects.toMatchObject({ stdout: expect.stringContaining("0 wait, 1 failed.") });
});

test("events from which nothing has followed are listed, and acted upon anew", async () => {
  const data = { id: "evt_cli", type: "customer.updated", createdAt: new Date(), state: "failed" };
  await platformDb().stripeEvent.create({ data, select: { id: true } });
  expect(await billing(["events"], {})).toMatch(/^evt_cli\t.*\tfailed\tcustomer\.updated\t-\t/m);
  await expect(billing(["replay"], {})).rejects.toThrow("say either --id or --all");
  expect(await billing(["replay", "--id", "evt_cli"], {})).toBe("1 events are due again.\n");
  await expect(billing(["replay", "--id", "evt_cli"], {})).rejects.toThrow("No such event is open any more");
});
