import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { permissionRegistry } from "../access/permissions.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory, type ProcedureMeta } from "../api/trpc.ts";
import { events, type EventType } from "../events/catalogue.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  buildKey,
  buildMember,
  buildOrganization,
  closeConnections,
  requestOf,
  type TestOrganization,
} from "./factories.ts";
import { TestStripe } from "./billing.ts";
import { mutationEvents } from "./mutation-events.ts";

/** What no mutation of an organization tells of, but a job, an account or the end of a task does; their own tests hold them. */
const toldElsewhere: EventType[] = [
  "organization.created",
  "member.joined",
  "invite.accepted",
  "task.completed",
  "audit.export_ready",
  "audit.export_failed",
  "audit.chain_broken",
  "audit.stream_failing",
  "audit.stream_resumed",
  "webhook_endpoint.disabled",
  "subscription.updated",
];

type Call = (input?: unknown) => Promise<unknown>;
type Made = {
  projectId: string;
  taskId: string;
  streamId: string;
  endpointId: string;
  deliveryId: string;
  roleId: string;
  memberId: string;
  inviteId: string;
  keyId: string;
  notificationId: string;
  billing: unknown;
};

const callerOf = createCallerFactory(appRouter);

/** Every procedure that changes an organization, by its path. */
const mutations = Object.entries(appRouter._def.procedures).flatMap(([path, procedure]) => {
  // The router keeps its procedures by path; their declared type is that of the nested tree.
  const { meta, type } = (procedure as unknown as { _def: { meta?: ProcedureMeta; type: string } })._def;
  return type === "mutation" && (meta?.guard ?? "") in permissionRegistry ? [path] : [];
});

/** Where nothing answers. */
const closedPort = "http://127.0.0.1:9/";

/** An input with which each of them changes something; what must be there first is made before. */
const inputs: Record<string, (organization: TestOrganization, made: Made) => unknown> = {
  "organization.update": () => ({ name: "Another name" }),
  "organization.changeSlug": ({ slug }) => ({ slug: `${slug}-moved` }),
  "organization.scheduleDeletion": ({ slug }) => ({ confirm: slug }),
  "organization.cancelDeletion": () => undefined,
  "projects.create": () => ({ name: "Apollo" }),
  "projects.update": (_, { projectId }) => ({ id: projectId, name: "Artemis" }),
  "projects.archive": (_, { projectId }) => ({ id: projectId }),
  "projects.unarchive": (_, { projectId }) => ({ id: projectId }),
  "projects.delete": (_, { projectId }) => ({ id: projectId }),
  "projects.restore": (_, { projectId }) => ({ id: projectId }),
  "tasks.create": (_, { projectId }) => ({ projectId, title: "Ignition" }),
  "tasks.update": (_, { taskId }) => ({ id: taskId, title: "Lift-off" }),
  "tasks.delete": (_, { taskId }) => ({ id: taskId }),
  "tasks.restore": (_, { taskId }) => ({ id: taskId }),
  "members.changeRole": (_, { memberId, roleId }) => ({ id: memberId, roleId }),
  "members.suspend": (_, { memberId }) => ({ id: memberId }),
  "members.reactivate": (_, { memberId }) => ({ id: memberId }),
  "members.remove": (_, { memberId }) => ({ id: memberId }),
  "members.transferOwnership": (_, { memberId }) => ({ id: memberId }),
  "invites.create": (_, { roleId }) => ({ invites: [{ email: "eve@example.test", roleId }] }),
  "invites.resend": (_, { inviteId }) => ({ id: inviteId }),
  "invites.revoke": (_, { inviteId }) => ({ id: inviteId }),
  "invites.update": (_, { inviteId, roleId }) => ({ id: inviteId, roleId }),
  "apiKeys.create": () => ({ name: "CI", scopes: ["projects.read"], expiresInDays: 30 }),
  "apiKeys.rotate": (_, { keyId }) => ({ id: keyId }),
  "apiKeys.revoke": (_, { keyId }) => ({ id: keyId }),
  "apiKeys.updateSettings": () => ({ keyDaysMax: 90 }),
  "roles.create": () => ({ name: "Pilots", permissions: ["projects.read"] }),
  "roles.update": (_, { roleId }) => ({ id: roleId, permissions: ["projects.read", "projects.write"] }),
  "roles.clone": (_, { roleId }) => ({ id: roleId, name: "Co-pilots" }),
  "roles.delete": (_, { roleId }) => ({ id: roleId }),
  "notifications.markRead": (_, { notificationId }) => ({ id: notificationId }),
  "notifications.markAllRead": () => undefined,
  "notifications.updatePreferences": () => ({ kind: "audit_export_ready", mail: true }),
  "audit.verify": () => undefined,
  "audit.export": () => ({ format: "csv" }),
  "audit.updateSettings": () => ({ retentionDays: 100 }),
  "audit.streams.create": () => ({ name: "SIEM", destination: { kind: "https", url: closedPort } }),
  "audit.streams.update": (_, { streamId }) => ({ id: streamId, name: "Another" }),
  "audit.streams.pause": (_, { streamId }) => ({ id: streamId }),
  "audit.streams.resume": (_, { streamId }) => ({ id: streamId }),
  "audit.streams.delete": (_, { streamId }) => ({ id: streamId }),
  "audit.streams.test": (_, { streamId }) => ({ id: streamId }),
  "audit.streams.rotateSecret": (_, { streamId }) => ({ id: streamId }),
  "webhooks.create": () => ({ url: closedPort }),
  "webhooks.update": (_, { endpointId }) => ({ id: endpointId, description: "Another" }),
  "webhooks.pause": (_, { endpointId }) => ({ id: endpointId }),
  "webhooks.resume": (_, { endpointId }) => ({ id: endpointId }),
  "webhooks.delete": (_, { endpointId }) => ({ id: endpointId }),
  "webhooks.rotateSecret": (_, { endpointId }) => ({ id: endpointId }),
  "webhooks.sendTest": (_, { endpointId }) => ({ id: endpointId }),
  "webhooks.replay": (_, { deliveryId }) => ({ ids: [deliveryId] }),
  "webhooks.recover": (_, { endpointId }) => ({ id: endpointId, since: new Date(0) }),
  ...Object.fromEntries(
    ["startCheckout", "confirmCheckout", "openPortal", "change", "scheduleDowngrade", "revokeDowngrade"]
      .concat(["cancel", "resume"])
      // Stripe must have been asked before anybody knows.
      .map((name) => [`billing.${name}`, (_: TestOrganization, { billing }: Made) => billing]),
  ),
};

/** What must have happened before a procedure can change anything. */
const before: Record<string, string> = {
  "organization.cancelDeletion": "organization.scheduleDeletion",
  "members.reactivate": "members.suspend",
  "projects.unarchive": "projects.archive",
  "projects.restore": "projects.delete",
  "tasks.restore": "tasks.delete",
  "webhooks.resume": "webhooks.pause",
};

let organization: TestOrganization;
let stripe: TestStripe;

beforeAll(async () => {
  stripe = await TestStripe.open();
});
beforeEach(async () => {
  organization = await buildOrganization();
});
afterAll(async () => {
  await closeConnections();
  await stripe.close();
});

function callOf(path: string): Call {
  let step: unknown = callerOf(requestOf(organization.owner, organization.slug));
  for (const part of path.split(".")) step = (step as Record<string, unknown>)[part];
  return step as Call;
}

async function makeThings(path: string): Promise<Made> {
  const { id: projectId } = (await callOf("projects.create")({ name: "Gemini" })) as { id: string };
  const { id: taskId } = (await callOf("tasks.create")({ projectId, title: "Rendezvous" })) as {
    id: string;
  };
  const input = { name: "Log", destination: { kind: "https", url: closedPort } };
  const { id: streamId } = (await callOf("audit.streams.create")(input)) as { id: string };
  const role = { name: "Astronauts", permissions: ["projects.read"] };
  const { id: roleId } = (await callOf("roles.create")(role)) as { id: string };
  const { memberId } = await buildMember(organization, "editor");
  const inviteId = await makeInvite();
  const { memberId: createdById } = organization.owner;
  const { id: keyId } = await buildKey(organization, ["projects.read"], { createdById });
  return {
    projectId,
    taskId,
    streamId,
    ...(await makeEndpoint()),
    roleId,
    memberId,
    inviteId,
    keyId,
    notificationId: await makeNotification(),
    billing: path.startsWith("billing.") ? await stripe.prepare(organization, path) : undefined,
  };
}

async function makeEndpoint(): Promise<{ endpointId: string; deliveryId: string }> {
  const input = { url: closedPort, types: ["task.deleted"] };
  const { id: endpointId } = (await callOf("webhooks.create")(input)) as { id: string };
  const { deliveryId } = (await callOf("webhooks.sendTest")({ id: endpointId })) as { deliveryId: string };
  return { endpointId, deliveryId };
}

async function makeNotification(): Promise<string> {
  const { id, owner } = organization;
  const made = await tenancy().withTenant(id, { readOnly: false }, (db) =>
    db.notification.create({
      data: { memberId: owner.memberId, kind: "organization_slug_changed", key: "any" },
      select: { id: true },
    }),
  );
  return made.id;
}

/** An invite that was sent long enough ago to be sent again. */
async function makeInvite(): Promise<string> {
  return tenancy().withTenant(organization.id, { readOnly: false }, async (db) => {
    const { id } = await db.invite.create({
      data: {
        email: "ada@example.test",
        tokenHash: Buffer.alloc(32),
        sentAt: new Date(0),
        expiresAt: new Date("2999-01-01"),
        role: { connect: { key: "viewer" } },
      },
      select: { id: true },
    });
    return id;
  });
}

async function eventTypes(): Promise<string[]> {
  const rows = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.event.findMany({ select: { type: true } }),
  );
  return rows.map(({ type }) => type);
}

async function countEntries(action?: string): Promise<number> {
  return tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.auditEntry.count({ where: action ? { action } : {} }),
  );
}

test("every mutation of an organization is tried here", () => {
  expect(Object.keys(inputs).toSorted()).toEqual(mutations.toSorted());
});

test("every type of event has what tells of it", () => {
  const told = new Set([...Object.values(mutationEvents).flat(), ...toldElsewhere]);
  expect([...told].toSorted()).toEqual(Object.keys(events).toSorted());
});

test.each(mutations)("%s writes its entry, under its own name, and tells of its events", async (path) => {
  const made = await makeThings(path);
  const first = before[path];
  if (first) await callOf(first)(inputs[first]?.(organization, made));
  const [all, own] = [await countEntries(), await countEntries(path)];
  const told = await eventTypes();
  await callOf(path)(inputs[path]?.(organization, made));
  expect(await countEntries()).toBe(all + 1);
  expect(await countEntries(path)).toBe(own + 1);
  const since = (await eventTypes()).toSorted();
  expect(since).toEqual([...told, ...(mutationEvents[path] ?? [])].toSorted());
});
