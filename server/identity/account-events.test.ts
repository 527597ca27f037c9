import { afterAll, expect, test } from "vitest";
import { ownerPool } from "../fleet/owner.ts";
import { platformDb } from "../platform/database.ts";
import { accountDoorFrom } from "../test/accounts.ts";
import { buildMember, buildOrganization, buildPerson, closeConnections } from "../test/factories.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { setTenantState } from "../test/tenant-state.ts";
import { tellOrganizations } from "./account-events.ts";
import { hashPassword } from "./passwords.ts";
import { revokeSession } from "./sessions.ts";
import { signIn } from "./sign-in.ts";

afterAll(closeConnections);

const password = "correct horse battery";

async function tellAll(): Promise<void> {
  const { rows } = await ownerPool("main").query<{ payload: { eventId: string } }>(
    "SELECT payload FROM astra.outbox WHERE name = 'audit.account-event' ORDER BY created_at, id",
  );
  for (const { payload } of rows) await tellOrganizations(payload);
}

async function entriesOf(organizationId: string) {
  return tenancy().withTenant(organizationId, { readOnly: true }, (db) =>
    db.auditEntry.findMany({
      where: { action: { startsWith: "session." } },
      orderBy: { at: "asc" },
      select: {
        action: true,
        actorKind: true,
        actorId: true,
        actorName: true,
        targetId: true,
        ip: true,
        userAgent: true,
      },
    }),
  );
}

test("signing in, failing to and signing out stand in the log of each organization of the account, once", async () => {
  const person = await buildPerson({ name: "Ada", passwordHash: await hashPassword(password) });
  const one = await buildOrganization({ owner: person });
  const two = await buildOrganization();
  await buildMember(two, "viewer", { person });
  const stranger = await buildOrganization();
  const door = accountDoorFrom({ ip: "198.51.100.7" });

  await expect(signIn({ email: person.email, password: "wrong" }, door)).rejects.toThrow(
    "do not belong together",
  );
  const { sessionId } = await signIn({ email: person.email, password }, door);
  await revokeSession(sessionId, door);
  await revokeSession(sessionId, door);
  await tellAll();
  await tellAll();

  const told = ["session.signInFailed", "session.signIn", "session.signOut"].map((action) => ({
    action,
    actorKind: "member",
    actorId: one.owner.memberId as string | null,
    actorName: "Ada",
    targetId: one.owner.memberId,
    ip: "198.51.100.7",
    userAgent: "vitest",
  }));
  // Whoever failed is not the member: they are whom it was tried upon.
  const [failed, ...others] = told;
  const nobody = { actorKind: "anonymous", actorId: null, actorName: "Somebody unknown" };
  expect(await entriesOf(one.id)).toEqual([{ ...failed, ...nobody }, ...others]);
  expect((await entriesOf(two.id)).map((entry) => entry.action)).toEqual(told.map((entry) => entry.action));
  expect(await entriesOf(stranger.id)).toEqual([]);
});

test("an address that nobody has leaves a trace in the platform's log alone", async () => {
  const door = accountDoorFrom();
  const before = await platformDb().securityEvent.count({ where: { accountId: null } });
  await expect(signIn({ email: "nobody@example.test", password }, door)).rejects.toThrow(
    "do not belong together",
  );
  expect(await platformDb().securityEvent.count({ where: { accountId: null } })).toBe(before + 1);
  await expect(tellAll()).resolves.toBeUndefined();
});

test("an organization that takes no entries at present is told later, by a job of its own", async () => {
  const person = await buildPerson({ name: "Grace", passwordHash: await hashPassword(password) });
  const open = await buildOrganization({ owner: person });
  const closed = await buildOrganization({ owner: person });
  await setTenantState(closed.id, "read_only");
  await signIn({ email: person.email, password }, accountDoorFrom());
  await tellAll();
  expect(await entriesOf(open.id)).toHaveLength(1);
  const { rows } = await ownerPool("main").query<{ payload: { eventId: string }; later: boolean }>(
    `SELECT payload, run_at > now() + interval '50 minutes' AS later FROM astra.outbox
     WHERE name = 'audit.account-event' AND payload->>'organizationId' = $1`,
    [closed.id],
  );
  expect(rows).toMatchObject([{ later: true }]);
  await setTenantState(closed.id, "active");
  await tellAll();
  expect(await entriesOf(closed.id)).toHaveLength(1);
  expect(await entriesOf(open.id)).toHaveLength(1);
});
