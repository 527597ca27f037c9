import { afterAll, expect, test } from "vitest";
import { listNotifications } from "../notifications/notifications.ts";
import { ListNotifications } from "../notifications/schema.ts";
import { closeOutbound } from "../platform/outbound.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import { buildMember, buildOrganization, closeConnections, reads, writes } from "../test/factories.ts";
import type { TestMember } from "../test/factories.ts";
import { startReceiver } from "../test/receiver.ts";
import { CreateAuditStream } from "./schema.ts";
import { sealEntries } from "./seal.ts";
import { deliverStream } from "./stream-deliver.ts";
import { createStream } from "./streams.ts";

afterAll(async () => {
  await closeOutbound();
  await closeConnections();
});

const titlesOf = async (member: TestMember) =>
  (await reads(member, listNotifications, ListNotifications.parse({}))).items.map(({ title }) => title);

test("who manages streams hears of one that goes on failing, and when it is delivered again", async () => {
  const organization = await buildOrganization();
  const { owner } = organization;
  const viewer = await buildMember(organization, "viewer");
  let status = 503;
  const receiver = await startReceiver((_received, response) => void response.writeHead(status).end());
  const destination = { kind: "https", url: receiver.url };
  const input = CreateAuditStream.parse({ name: "SIEM", destination, from: "beginning" });
  const { id: streamId } = await writes(owner, createStream, input);
  await sealEntries(organization.id);
  const door = systemDoor(organization, { id: "delivery", ip: null, userAgent: null });
  const deliver = async () => {
    await transact(door, "write", ({ db }) => db.auditStream.updateMany({ data: { nextTryAt: null } }));
    await deliverStream(door, { streamId });
  };

  for (let attempt = 1; attempt <= 4; attempt++) await deliver();
  expect(await titlesOf(owner)).toEqual([]);
  for (let attempt = 5; attempt <= 7; attempt++) await deliver();
  expect(await titlesOf(owner)).toEqual(["The audit stream SIEM is not delivered"]);
  expect(await titlesOf(viewer)).toEqual([]);

  status = 200;
  await deliver();
  expect(await titlesOf(owner)).toEqual(["The audit stream SIEM is delivered again"]);
  await receiver.close();
});
