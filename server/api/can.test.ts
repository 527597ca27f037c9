import { afterAll, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { buildMember, buildOrganization, closeConnections, requestOf } from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { setTenantState } from "../test/tenant-state.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { NoInput } from "../organizations/schema.ts";
import { can } from "./can.ts";
import { appRouter } from "./root.ts";
import { createCallerFactory, router } from "./trpc.ts";

afterAll(closeConnections);

/** What asks somebody outside, and opens no transaction of its own. */
const probe = router({
  probe: router({
    ask: can("billing.read").directQuery(NoInput, async () => "an answer"),
    secret: can("billing.read", { recorded: true }).directQuery(NoInput, async () => "a secret"),
    refused: can("billing.read", { recorded: true }).directQuery(NoInput, async () => {
      throw new Error("nobody there");
    }),
  }),
});
const probeOf = createCallerFactory(probe);
const callerOf = createCallerFactory(appRouter);

async function readsOf(organizationId: string): Promise<string[]> {
  const rows = await tenancy().withTenant(organizationId, { readOnly: true }, (db) =>
    db.auditEntry.findMany({
      where: { action: { startsWith: "probe." } },
      orderBy: { id: "asc" },
      select: { action: true },
    }),
  );
  return rows.map(({ action }) => action);
}

test("a read that asks somebody outside stands in the log where it is recorded, or where all reads are", async () => {
  const { id, slug, owner } = await buildOrganization();
  const ask = () => probeOf(requestOf(owner, slug)).probe;
  expect(await ask().ask()).toBe("an answer");
  expect(await readsOf(id)).toEqual([]);
  expect(await ask().secret()).toBe("a secret");
  await expect(ask().refused()).rejects.toThrow("nobody there");
  expect(await readsOf(id)).toEqual(["probe.secret"]);
  await callerOf(requestOf(owner, slug)).audit.updateSettings({ recordReads: true });
  await ask().ask();
  expect(await readsOf(id)).toEqual(["probe.secret", "probe.ask"]);
});

test("it answers nobody who has lost the permission, though the process still remembers them", async () => {
  const organization = await buildOrganization();
  const { id, slug } = organization;
  const member = await buildMember(organization, "billing");
  const ask = () => probeOf(requestOf(member, slug)).probe.ask();
  expect(await ask()).toBe("an answer");
  // As another process does it: nothing is dropped from this one's memory.
  await tenancy().withTenant(id, { readOnly: false }, async (db) => {
    const { id: roleId } = await db.role.findFirstOrThrow({ where: { key: "viewer" }, select: { id: true } });
    await db.member.update({ where: { id: member.memberId }, data: { roleId }, select: { id: true } });
    await db.$executeRaw`UPDATE tenant_guard SET access_version = access_version + 1`;
  });
  expect(await refusalOf(ask())).toMatchObject({ reason: "missing_permission", field: "billing.read" });
});

test("in a read-only organization it stands in the platform's log", async () => {
  const { id, slug, owner } = await buildOrganization();
  await setTenantState(id, "read_only");
  expect(await probeOf(requestOf(owner, slug)).probe.secret()).toBe("a secret");
  const events = await platformDb().securityEvent.findMany({ where: { organizationId: id } });
  expect(events.map(({ kind }) => kind)).toEqual(["read:probe.secret"]);
});
