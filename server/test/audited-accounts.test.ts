import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { permissionRegistry } from "../access/permissions.ts";
import { appRouter } from "../api/root.ts";
import { createRequestContext } from "../api/request-context.ts";
import { createCallerFactory, type ProcedureMeta } from "../api/trpc.ts";
import { ownerPool } from "../fleet/owner.ts";
import { tellOrganizations } from "../identity/account-events.ts";
import { hashPassword } from "../identity/passwords.ts";
import { findSession } from "../identity/sessions.ts";
import { signIn } from "../identity/sign-in.ts";
import { syncAccount } from "../identity/sync-account.ts";
import { inviteToken } from "../invites/token.ts";
import type { JobPayload } from "../jobs/registry.ts";
import { systemClock } from "../platform/clock.ts";
import { platformDb } from "../platform/database.ts";
import { log } from "../platform/log.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { accountDoorFrom, makeRoom, newSignUp } from "./accounts.ts";
import {
  buildMember,
  buildOrganization,
  buildPerson,
  closeConnections,
  requestOf,
  type Person,
  type TestOrganization,
} from "./factories.ts";

type Call = (input?: unknown) => Promise<unknown>;
type Made = { organization: TestOrganization; sessionId: string; deadJobId: string; inviteEmail: string };
type Tried = {
  /** An input with which it changes something. */
  input(made: Made): unknown;
  /** What the log of an organization that it concerns says afterwards. */
  entry?: string;
  /** What the platform's log says afterwards. */
  event?: string;
};

const callerOf = createCallerFactory(appRouter);
const password = "correct horse battery";

/** Every procedure that changes something and is not of one organization, by its path. */
const mutations = Object.entries(appRouter._def.procedures).flatMap(([path, procedure]) => {
  // The router keeps its procedures by path; their declared type is that of the nested tree.
  const { meta, type } = (procedure as unknown as { _def: { meta?: ProcedureMeta; type: string } })._def;
  return type === "mutation" && !((meta?.guard ?? "") in permissionRegistry) ? [path] : [];
});

const accountEvent = (kind: string) => ({ entry: kind, event: kind });
const invited = ({ organization, inviteEmail }: Made) => linkFor(organization, inviteEmail);

const tried: Record<string, Tried> = {
  "session.updateProfile": { input: () => ({ name: "Another Name" }), entry: "members.sync-account" },
  "session.changePassword": {
    input: () => ({ current: password, password: "battery horse correct" }),
    ...accountEvent("account.changePassword"),
  },
  "session.changeEmail": {
    input: () => ({ email: newSignUp().email, password }),
    ...accountEvent("account.askEmailChange"),
  },
  "session.deleteAccount": { input: () => ({ password }), entry: "members.leave", event: "account.delete" },
  "session.revoke": { input: ({ sessionId }) => ({ id: sessionId }), ...accountEvent("session.revoke") },
  "session.revokeOthers": { input: () => undefined, ...accountEvent("session.revoke") },
  "organizations.create": { input: () => ({ name: "Another" }), entry: "organizations.create" },
  "organizations.leave": {
    input: ({ organization }) => ({ organizationId: organization.id }),
    entry: "members.leave",
  },
  "invites.accept": { input: async (made) => ({ token: await invited(made) }), entry: "invites.accept" },
  "invites.join": {
    input: async (made) => ({ token: await invited(made), name: "Nora New", password }),
    entry: "invites.accept",
  },
  "operator.jobs.replay": {
    input: ({ deadJobId }) => ({ ids: [deadJobId] }),
    event: "operator.jobs.replay",
  },
  "operator.jobs.discard": {
    input: ({ deadJobId }) => ({ ids: [deadJobId], reason: "Of no use" }),
    event: "operator.jobs.discard",
  },
  "operator.stripeEvents.replay": {
    input: async () => ({ ids: [await makeStripeEvent()] }),
    event: "operator.stripeEvents.replay",
  },
};

let passwordHash: string;
let person: Person;
let made: Made;

beforeAll(async () => {
  passwordHash = await hashPassword(password);
});
beforeEach(async () => {
  person = await buildPerson({ passwordHash });
  await platformDb().operator.create({ data: { accountId: person.accountId } });
});
afterAll(closeConnections);

/** Invites an address, and answers its link's token. */
async function linkFor({ owner, id, slug }: TestOrganization, email: string): Promise<string> {
  const as = callerOf(requestOf(owner, slug));
  const roleId = (await as.roles.list()).find(({ key }) => key === "viewer")?.id ?? "";
  const { results } = await as.invites.create({ invites: [{ email, roleId }] });
  return inviteToken(id, results[0]?.inviteId ?? "", 1);
}

async function begin(): Promise<string> {
  return (await signIn({ email: person.email, password }, accountDoorFrom())).sessionId;
}

async function makeDead(): Promise<string> {
  const { rows } = await ownerPool("main").query<{ id: string }>(
    `INSERT INTO astra.outbox (name, queue, payload, state, attempts, request_id)
     VALUES ('mail.send', 'mail', $1, 'dead', 8, 'req-1') RETURNING id`,
    [{ kind: "confirm_email", subjectId: randomUUID(), attempt: 1 }],
  );
  return rows[0]?.id ?? "";
}

async function makeStripeEvent(): Promise<string> {
  const id = `evt_${randomUUID().replaceAll("-", "")}`;
  const data = { id, type: "customer.updated", createdAt: new Date(), state: "failed" };
  await platformDb().stripeEvent.create({ data, select: { id: true } });
  return id;
}

async function callOf(path: string): Promise<Call> {
  const sessionId = await begin();
  let step: unknown = callerOf(
    createRequestContext({
      request: { id: randomUUID(), ip: "192.0.2.9", userAgent: "vitest" },
      log: log("test"),
      organizationSlug: null,
      findSession: () => findSession(sessionId, systemClock.now()),
    }),
  );
  for (const part of path.split(".")) step = (step as Record<string, unknown>)[part];
  return step as Call;
}

/** What jobs of an account do afterwards; no worker runs them in tests. */
async function runJobs(): Promise<void> {
  const { accountId } = person;
  const { rows } = await ownerPool("main").query<{ name: string; payload: unknown }>(
    `SELECT name, payload FROM astra.outbox
     WHERE (name = 'members.sync-account' AND payload->>'accountId' = $1)
       OR (name = 'audit.account-event' AND (payload->>'eventId')::uuid IN
         (SELECT id FROM public.security_events WHERE account_id = $1::uuid))`,
    [accountId],
  );
  for (const { name, payload } of rows) {
    if (name === "audit.account-event") await tellOrganizations(payload as JobPayload<"audit.account-event">);
    else await syncAccount(payload as JobPayload<"members.sync-account">, { requestId: "test" });
  }
}

/** Every entry in the organization of the test, and in those that the account has founded. */
async function entries(): Promise<string[]> {
  const founded = await platformDb().organization.findMany({
    where: { createdById: person.accountId },
    select: { id: true },
  });
  const found: string[] = [];
  for (const { id } of [made.organization, ...founded]) {
    const rows = await tenancy().withTenant(id, { readOnly: true }, (db) =>
      db.auditEntry.findMany({ select: { action: true } }),
    );
    found.push(...rows.map(({ action }) => action));
  }
  return found;
}

async function events(): Promise<string[]> {
  const rows = await platformDb().securityEvent.findMany({
    where: { accountId: person.accountId },
    select: { kind: true },
  });
  return rows.map(({ kind }) => kind);
}

const countOf = (found: string[], name: string | undefined) => found.filter((one) => one === name).length;

test("every mutation outside of an organization is tried here, and leaves something in a log", () => {
  expect(Object.keys(tried).toSorted()).toEqual(mutations.toSorted());
  expect(Object.entries(tried).filter(([, { entry, event }]) => !entry && !event)).toEqual([]);
});

test.each(mutations)("%s stands in the logs that it concerns", async (path) => {
  const one = tried[path];
  const organization = await buildOrganization();
  // Who comes by an invite is no member yet.
  if (!path.startsWith("invites.")) await buildMember(organization, "editor", { person });
  const inviteEmail = path === "invites.join" ? newSignUp().email : person.email;
  made = { organization, inviteEmail, sessionId: await begin(), deadJobId: await makeDead() };
  if (path === "organizations.create") await makeRoom();
  const call = await callOf(path);
  const input = await one?.input(made);
  const before = { entries: await entries(), events: await events() };
  await call(input);
  await runJobs();
  const [entriesNow, eventsNow] = [await entries(), await events()];
  const more = (name: string | undefined) => (name === undefined ? 0 : 1);
  expect(countOf(entriesNow, one?.entry)).toBe(countOf(before.entries, one?.entry) + more(one?.entry));
  expect(countOf(eventsNow, one?.event)).toBe(countOf(before.events, one?.event) + more(one?.event));
});
