import { afterAll, beforeEach, expect, test } from "vitest";
import { listNotifications } from "../notifications/notifications.ts";
import { ListNotifications } from "../notifications/schema.ts";
import { ownerPool } from "../fleet/owner.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  reads,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import { useAt, usageDoor } from "../test/usage.ts";
import { foldUsage } from "./fold.ts";

// The free plan includes 10,000 calls and 1,000 deliveries a month.
let organization: TestOrganization;
beforeEach(async () => {
  organization = await buildOrganization({ plan: "free" });
});
afterAll(closeConnections);

const at = (day: string, time = "10:30:00") => new Date(`2026-11-${day}T${time}Z`);
const fold = (now: Date, plan = "free") => foldUsage(usageDoor({ ...organization, plan }, now));

async function titles(member: TestMember = organization.owner): Promise<string[]> {
  const { items } = await reads(member, listNotifications, ListNotifications.parse({}));
  return items.filter(({ kind }) => kind === "usage_warning").map(({ title }) => title);
}

const shareUsed = (share: string, meter = "API calls") =>
  `${meter}: ${share} of what the plan includes is used`;

test("80% and all of it are told once each, to those who manage billing", async () => {
  const billing = await buildMember(organization, "billing");
  const viewer = await buildMember(organization, "viewer");
  await useAt(organization, at("03"), { quantity: 7_999 });
  await fold(at("03", "11:05:00"));
  expect(await titles()).toEqual([]);
  await useAt(organization, at("04"), { quantity: 1 });
  await fold(at("04", "11:05:00"));
  expect(await titles()).toEqual([shareUsed("80%")]);
  await useAt(organization, at("05"), { quantity: 1_999 });
  await fold(at("05", "11:05:00"));
  expect(await titles()).toHaveLength(1);
  await useAt(organization, at("06"), { quantity: 1 });
  await fold(at("06", "11:05:00"));
  await useAt(organization, at("07"), { quantity: 50_000 });
  await fold(at("07", "11:05:00"));
  expect(await titles()).toEqual([shareUsed("All"), shareUsed("80%")]);
  expect(await titles(billing)).toHaveLength(2);
  expect(await titles(viewer)).toEqual([]);
});

test("it is mailed unless somebody has chosen otherwise, says the figures, and leads to the usage", async () => {
  await useAt(organization, at("04"), { quantity: 8_000 });
  await fold(at("04", "11:05:00"));
  const { items } = await reads(organization.owner, listNotifications, ListNotifications.parse({}));
  expect(items[0]).toMatchObject({
    text: "In November 2026 8,000 of 10,000 calls were used. Nothing is refused beyond that.",
    path: `/${organization.slug}/billing/usage`,
  });
  const { rows } = await ownerPool("main").query(
    "SELECT FROM astra.outbox WHERE tenant_id = $1 AND name = 'mail.send-tenant'",
    [organization.id],
  );
  expect(rows).toHaveLength(1);
});

test("who goes from below 80% beyond all of it is told of that alone, also by ten at once", async () => {
  await useAt(organization, at("04"), { quantity: 12_000 });
  await Promise.all(Array.from({ length: 10 }, () => fold(at("04", "11:05:00"))));
  expect(await titles()).toEqual([shareUsed("All")]);
  await useAt(organization, at("05"), { quantity: 1 });
  await fold(at("05", "11:05:00"));
  expect(await titles()).toHaveLength(1);
});

test("each meter and each month is told of by itself", async () => {
  await useAt(organization, at("04"), { quantity: 9_000 });
  await useAt(organization, at("04"), { quantity: 1_000, meter: "webhook_deliveries" });
  await fold(at("04", "11:05:00"));
  // The last hour of a month counts for that month, whenever it is added up.
  await useAt(organization, at("30", "23:59:59"), { quantity: 1_000 });
  await fold(new Date("2026-12-01T00:05:00Z"));
  await useAt(organization, new Date("2026-12-01T00:10:00Z"), { quantity: 8_500 });
  await fold(new Date("2026-12-01T01:05:00Z"));
  expect((await titles()).toSorted()).toEqual(
    [shareUsed("80%"), shareUsed("80%"), shareUsed("All"), shareUsed("All", "Webhook deliveries")].toSorted(),
  );
});

test("a greater plan begins anew, and one without an end is warned of nothing", async () => {
  await useAt(organization, at("04"), { quantity: 10_000 });
  await fold(at("04", "11:05:00"));
  await useAt(organization, at("05"), { quantity: 385_000 });
  await fold(at("05", "11:05:00"), "pro");
  expect(await titles()).toEqual([shareUsed("All")]);
  await useAt(organization, at("06"), { quantity: 10_000 });
  await fold(at("06", "11:05:00"), "pro");
  expect(await titles()).toEqual([shareUsed("80%"), shareUsed("All")]);
  await useAt(organization, at("07"), { quantity: 900_000_000 });
  await fold(at("07", "11:05:00"), "enterprise");
  expect(await titles()).toHaveLength(2);
});
