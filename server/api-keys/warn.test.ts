import { afterAll, expect, test } from "vitest";
import { listNotifications } from "../notifications/notifications.ts";
import { ListNotifications } from "../notifications/schema.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  reads,
  writes,
  type TestMember,
} from "../test/factories.ts";
import { createApiKey, revokeApiKey, rotateApiKey } from "./api-keys.ts";
import { CreateApiKey } from "./schema.ts";
import { warnOne } from "./warn.ts";

afterAll(closeConnections);

const dayMs = 86_400_000;

async function makeKey(member: TestMember, name: string, given: { kind?: "machine"; days?: number } = {}) {
  const { kind = "personal", days = 30 } = given;
  return writes(
    member,
    createApiKey,
    CreateApiKey.parse({ name, kind, scopes: ["projects.read"], expiresInDays: days }),
  );
}

const titlesOf = async (member: TestMember) =>
  (await reads(member, listNotifications, ListNotifications.parse({}))).items.map(({ title }) => title);

test("whoever must rotate a key hears of it a week and a day before its end, once each", async () => {
  const organization = await buildOrganization();
  const { owner } = organization;
  const admin = await buildMember(organization, "admin");
  await makeKey(admin, "Mine");
  await makeKey(owner, "Machine", { kind: "machine" });
  await makeKey(owner, "Later", { days: 90 });
  const revoked = await makeKey(owner, "Revoked");
  await writes(owner, revokeApiKey, { id: revoked.id });
  const rotated = await makeKey(admin, "Rotated", { days: 60 });

  const warnIn = (days: number) =>
    warnOne({
      ...systemDoor(organization, { id: "test", ip: null, userAgent: null }),
      clock: { now: () => new Date(Date.now() + days * dayMs) },
    });
  await warnIn(22);
  expect(await titlesOf(admin)).toEqual([]);
  for (let again = 0; again < 2; again++) await warnIn(23.5);
  const mine = "The API key Mine expires soon";
  const machine = "The API key Machine expires soon";
  expect((await titlesOf(admin)).toSorted()).toEqual([machine, mine]);
  expect(await titlesOf(owner)).toEqual([machine]);
  await warnIn(29.5);
  expect((await titlesOf(admin)).toSorted()).toEqual([machine, machine, mine, mine]);

  await writes(admin, rotateApiKey, { id: rotated.id, overlapHours: 24 });
  await warnIn(0.5);
  expect(await titlesOf(admin)).toHaveLength(4);
});
