import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { sealEntries } from "../../audit/seal.ts";
import { verifyAudit } from "../../audit/verify.ts";
import { until } from "../../dev/embedded/until.ts";
import { ownerPool } from "../../fleet/owner.ts";
import { enqueueMany, enqueuePlatform } from "../../jobs/enqueue.ts";
import { wakeRelay } from "../../jobs/wake.ts";
import { platformDb } from "../../platform/database.ts";
import { tenancy } from "../../tenancy/kernel.ts";
import { transact } from "../../tenancy/transact.ts";
import { doorOf, type TestMember, type TestOrganization } from "../factories.ts";

const patienceMs = 90_000;

/**
 * Asks for jobs of the counting worker in one transaction, and answers what each will be known by. `onRow` hears
 * of each row before it is committed.
 */
export async function askForCounted(
  member: TestMember,
  count: number,
  options: { at?: Date; onRow?: (rowId: string) => void } = {},
): Promise<string[]> {
  const { at, onRow } = options;
  const payloads = Array.from({ length: count }, () => ({ memberId: randomUUID() }));
  await transact(await doorOf(member), "write", async (ctx) => {
    const rowIds = await enqueueMany(ctx, "directory.sync-member", payloads, at ? { at } : {});
    for (const rowId of rowIds) onRow?.(rowId);
  });
  return payloads.map(({ memberId }) => memberId);
}

/** Asks without end, some at once, until it is told to stop; answers what was accepted and what was refused. */
export function askUntilStopped(member: TestMember): {
  accepted: string[];
  unsure: string[];
  stop(): Promise<void>;
} {
  const accepted: string[] = [];
  const unsure: string[] = [];
  const stopping = new AbortController();
  const client = async () => {
    while (!stopping.signal.aborted) {
      const memberId = randomUUID();
      try {
        // Who acts is known from before: what is under load here is the writing.
        await tenancy().withTenant(
          member.organization.id,
          { readOnly: false },
          (db) =>
            db.$queryRaw`SELECT astra.enqueue('directory.sync-member', ${JSON.stringify({ memberId })}::jsonb, NULL, 'load') AS id`,
        );
        accepted.push(memberId);
        wakeRelay("default");
      } catch {
        unsure.push(memberId);
      }
      await sleep(15);
    }
  };
  const clients = Array.from({ length: 4 }, client);
  return {
    accepted,
    unsure,
    async stop() {
      stopping.abort();
      await Promise.all(clients);
    },
  };
}

/** Members whose accounts bear another name by now, and a job for each to hear of it. */
export async function askForRenames(organization: TestOrganization, count: number): Promise<string[]> {
  const people = Array.from({ length: count }, () => ({ id: randomUUID(), name: "New name" }));
  await platformDb().account.createMany({
    data: people.map(({ id, name }) => ({ id, name, email: `${id}@example.test` })),
  });
  await tenancy().withTenant(organization.id, { readOnly: false }, async (db) => {
    const { id: roleId } = await db.role.findUniqueOrThrow({
      where: { key: "viewer" },
      select: { id: true },
    });
    await db.member.createMany({
      data: people.map(({ id }) => ({
        accountId: id,
        name: "Old name",
        email: `${id}@example.test`,
        roleId,
      })),
    });
  });
  await platformDb().$transaction(
    async (tx) => {
      for (const { id: accountId } of people)
        await enqueuePlatform(tx, "members.sync-account", { organizationId: organization.id, accountId });
    },
    { timeout: 30_000 },
  );
  wakeRelay();
  return people.map(({ id }) => id);
}

type Row = { id: string; state: string; attempts: number; spared: number; started: boolean };

/** The rows of one kind of job. */
export async function rowsOf(name: string): Promise<Row[]> {
  const { rows } = await ownerPool("main").query<Row>(
    "SELECT id, state, attempts, spared, started FROM astra.outbox WHERE name = $1",
    [name],
  );
  return rows;
}

/** Waits until no job of this kind is left to do; none may have died. */
export async function allDone(name: string): Promise<void> {
  const open = async () => {
    const rows = await rowsOf(name);
    expect(rows.filter(({ state }) => state === "dead")).toEqual([]);
    return rows.every(({ state }) => state === "done");
  };
  await until(open, { what: `all ${name} done`, timeoutMs: patienceMs, everyMs: 100 });
}

/** How often each counted job has had its effect. */
async function countedEffects(organization: TestOrganization): Promise<Map<string, number>> {
  const projects = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.project.findMany({ select: { name: true } }),
  );
  const counts = new Map<string, number>();
  for (const { name } of projects) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Each of these had its effect once, and each effect has its entry in the log. */
export async function expectOnceEach(organization: TestOrganization, accepted: string[]): Promise<void> {
  const effects = await countedEffects(organization);
  expect(accepted.filter((id) => effects.get(id) !== 1)).toEqual([]);
  expect([...effects.values()].filter((count) => count !== 1)).toEqual([]);
  expect(await entriesOf(organization, "projects.create")).toBe(effects.size);
}

/** Every one of these people bears the new name, and the log tells of each once. */
export async function expectRenamedOnce(organization: TestOrganization, accountIds: string[]): Promise<void> {
  const renamed = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.member.count({ where: { accountId: { in: accountIds }, name: "New name" } }),
  );
  expect(renamed).toBe(accountIds.length);
  expect(await entriesOf(organization, "members.sync-account")).toBe(accountIds.length);
}

async function entriesOf(organization: TestOrganization, action: string): Promise<number> {
  const rows = await tenancy().withTenant(
    organization.id,
    { readOnly: true },
    (db) =>
      db.$queryRaw<
        { entries: bigint }[]
      >`SELECT count(*) AS entries FROM audit_entries WHERE action = ${action}`,
  );
  return Number(rows[0]?.entries);
}

/** Seals what is left and recomputes the whole chain. */
export async function expectSoundLog(organization: TestOrganization): Promise<void> {
  // What was committed beside a transaction that is still open waits for its end: a killed worker's is ended by the server.
  const sealed = async () => {
    await sealEntries(organization.id);
    return (await verifyAudit(organization.id)).pending === 0;
  };
  await until(sealed, { what: "all to be sealed", timeoutMs: patienceMs / 2, everyMs: 100 });
  const verdict = await verifyAudit(organization.id);
  expect(verdict).toMatchObject({ finding: null, pending: 0 });
  expect(verdict.entries).toBeGreaterThan(0);
}

/** As if the database's clock had gone forward or, below zero, back. */
export async function shiftDatabaseClock(seconds: number): Promise<void> {
  const owner = ownerPool("main");
  await owner.query(
    `UPDATE astra.outbox SET run_at = run_at - $1 * interval '1 second', lease_until = lease_until - $1 * interval '1 second'
     WHERE state IN ('pending', 'dispatched')`,
    [seconds],
  );
  await owner.query("UPDATE astra.schedules SET next_at = next_at - $1 * interval '1 second'", [seconds]);
  await owner.query("UPDATE public.mails SET held_until = held_until - $1 * interval '1 second'", [seconds]);
}
