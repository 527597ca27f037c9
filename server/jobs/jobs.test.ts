import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, expect, expectTypeOf, test } from "vitest";
import { ownerPool } from "../fleet/owner.ts";
import { platformDb } from "../platform/database.ts";
import { buildOrganization, closeConnections, doorOf, type TestOrganization } from "../test/factories.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { enqueue, enqueueMany, enqueuePlatform } from "./enqueue.ts";
import { claimDue, firstTurn, reclaimExpired, reclaimForgotten, trimSettled } from "./outbox.ts";
import { runJob, type Handlers } from "./run.ts";
import { handlers as productHandlers } from "#workers/handlers.ts";
import { acceptDueSchedules, schedules } from "./schedules.ts";
import { closeRow, failTry, handBackTries, startTry } from "./tries.ts";

// What a test has begun and left would be kept for as long as this process lives.
afterEach(handBackTries);
afterAll(closeConnections);
beforeEach(async () => {
  await ownerPool("main").query("DELETE FROM astra.outbox");
});

async function rows() {
  const found = await ownerPool("main").query("SELECT * FROM astra.outbox ORDER BY created_at, id");
  return found.rows as {
    id: string;
    tenant_id: string;
    state: string;
    attempts: number;
    name: string;
    error: string | null;
    spared: number;
    dispatches: number;
    payload: unknown;
  }[];
}

async function askFor(organization: TestOrganization, count = 1): Promise<void> {
  await transact(await doorOf(organization.owner), "write", async (ctx) => {
    for (let i = 0; i < count; i++) await enqueue(ctx, "directory.sync-profile", {});
  });
}

/** Handlers that do nothing but what a test says. */
function handlersWith(inTenant: (ctx: WriteCtx) => Promise<void>): Handlers {
  return { ...productHandlers, "directory.sync-profile": { inTenant } };
}

async function tryOnce(handlers: Handlers): Promise<void> {
  for (const row of await claimDue("main", "default", 100, firstTurn)) {
    await runJob(handlers, { rowId: row.id, shardId: "main", attempt: row.attempts });
  }
}

test("a job is accepted in the commit of its change, or not at all", async () => {
  const organization = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox");
  const door = await doorOf(organization.owner);
  const failing = transact(door, "write", async (ctx) => {
    await enqueue(ctx, "directory.sync-profile", {});
    throw new Error("changed my mind");
  });
  await expect(failing).rejects.toThrow("changed my mind");
  expect(await rows()).toEqual([]);
  await askFor(organization);
  expect(await rows()).toMatchObject([{ tenant_id: organization.id, state: "pending" }]);
});

test("a payload that does not fit the registry is refused before anything is written", async () => {
  const organization = await buildOrganization();
  const door = await doorOf(organization.owner);
  const wrong = { memberId: "no id" };
  await expect(
    transact(door, "write", (ctx) => enqueue(ctx, "directory.sync-member", wrong)),
  ).rejects.toMatchObject({
    reason: "job_payload",
  });
});

test("a tenant cannot ask for a job of the platform, not even in SQL", async () => {
  const organization = await buildOrganization();
  const door = await doorOf(organization.owner);
  const sql = transact(
    door,
    "write",
    (ctx) => ctx.db.$queryRaw`SELECT astra.enqueue('organizations.open', '{}'::jsonb, NULL, 'x')::text`,
  );
  await expect(sql).rejects.toThrow(/cannot ask for the job/);
});

test("work and completion commit together: a failing try leaves neither, the next one both", async () => {
  const organization = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox");
  await askFor(organization);
  let tries = 0;
  const handlers = handlersWith(async (ctx) => {
    await ctx.db.project.create({ data: { name: `try ${++tries}` } });
    if (tries === 1) throw new Error("first one fails");
  });
  await tryOnce(handlers);
  expect(await rows()).toMatchObject([
    { state: "pending", attempts: 1, error: expect.stringMatching(/^Error /) },
  ]);
  await ownerPool("main").query("UPDATE astra.outbox SET run_at = now()");
  await tryOnce(handlers);
  expect(await rows()).toMatchObject([{ state: "done", attempts: 2, error: null }]);
  const names = await transact(await doorOf(organization.owner), "read", (ctx) =>
    ctx.db.project.findMany({ select: { name: true } }),
  );
  expect(names).toEqual([{ name: "try 2" }]);
});

test("a job that is delivered twice has its effect once", async () => {
  const organization = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox");
  await askFor(organization);
  const handlers = handlersWith(async (ctx) => {
    await ctx.db.project.create({ data: { name: "effect" } });
  });
  const [row] = await claimDue("main", "default", 10, firstTurn);
  if (!row) throw new Error("nothing was claimed");
  const queued = { rowId: row.id, shardId: "main", attempt: 1 };
  await Promise.all([runJob(handlers, queued), runJob(handlers, queued)]);
  await runJob(handlers, queued);
  const count = await transact(await doorOf(organization.owner), "read", (ctx) => ctx.db.project.count());
  expect(count).toBe(1);
});

test("a job that fails every time is dead after its tries, and can be replayed", async () => {
  const organization = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox");
  await askFor(organization);
  const handlers = handlersWith(async () => {
    throw new Error("always");
  });
  for (let i = 0; i < 12; i++) {
    await ownerPool("main").query("UPDATE astra.outbox SET run_at = now() WHERE state = 'pending'");
    await tryOnce(handlers);
  }
  expect(await rows()).toMatchObject([
    { state: "dead", attempts: 10, error: expect.stringMatching(/^Error /) },
  ]);
  const [dead] = await rows();
  await platformDb().$queryRaw`SELECT astra.replay_dead(${dead?.id}::uuid, NULL)`;
  expect(await rows()).toMatchObject([{ state: "pending", attempts: 0 }]);
});

test("a lease that ran out, and a queue that forgot, bring a row back", async () => {
  const organization = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox");
  await askFor(organization, 2);
  const claimed = await claimDue("main", "default", 100, firstTurn);
  expect(claimed).toHaveLength(2);
  const rowId = claimed[0]?.id ?? "";
  const first = { shardId: "main", rowId, attempt: 1 };
  const made = await startTry(first);
  expect(made).toMatchObject({ id: rowId, tenant_id: organization.id });
  expect(await startTry(first)).toBeNull();
  expect(await reclaimForgotten("main", "another memory")).toBe(1);
  expect(await reclaimForgotten("main", "another memory")).toBe(0);
  expect(await reclaimExpired("main")).toBe(0);
  await ownerPool("main").query(
    "UPDATE astra.outbox SET lease_until = now() - interval '1 s' WHERE state = 'dispatched'",
  );
  expect(await reclaimExpired("main")).toBe(1);
  const again = await claimDue("main", "default", 100, firstTurn);
  expect(again.map((row) => row.attempts).toSorted((a, b) => a - b)).toEqual([1, 2]);
  // The first worker comes back late: its try is no longer the present one.
  if (!made) throw new Error("nothing was started");
  expect(await failTry(made, { attempts: 9, backoffMs: 1 }, "late")).toBe("lost");
  expect(await closeRow(made)).toBe(false);
  expect((await rows()).every((row) => row.state === "dispatched")).toBe(true);
});

test("waiting in the queue uses up no try, and a job whose workers die each time is dead in the end", async () => {
  const organization = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox");
  await askFor(organization);
  const expire = () =>
    ownerPool("main").query("UPDATE astra.outbox SET lease_until = now() - interval '1 s'");
  await claimDue("main", "default", 10, firstTurn);
  await expire();
  await reclaimExpired("main");
  expect(await rows()).toMatchObject([{ state: "pending", attempts: 0 }]);
  for (let attempt = 1; attempt <= 10; attempt++) {
    const [row] = await claimDue("main", "default", 10, firstTurn);
    await startTry({ shardId: "main", rowId: row?.id ?? "", attempt });
    await expire();
    await reclaimExpired("main");
  }
  await tryOnce(handlersWith(async () => {}));
  expect(await rows()).toMatchObject([{ state: "dead", error: expect.stringMatching(/^tries_used_up/) }]);
});

test("what a message in the queue claims beside its row's id counts for nothing", async () => {
  const [own, other] = [await buildOrganization(), await buildOrganization()];
  await ownerPool("main").query("DELETE FROM astra.outbox");
  await askFor(own);
  const [row] = await claimDue("main", "default", 10, firstTurn);
  const forged = {
    rowId: row?.id ?? "",
    shardId: "main",
    attempt: 1,
    tenantId: other.id,
    name: "organizations.erase",
  };
  const handlers = handlersWith(async (ctx) => {
    await ctx.db.project.create({ data: { name: "effect" } });
  });
  await runJob(handlers, forged);
  const countIn = async (organization: TestOrganization) =>
    transact(await doorOf(organization.owner), "read", (ctx) => ctx.db.project.count());
  expect([await countIn(own), await countIn(other)]).toEqual([1, 0]);
});

test("a tenant with thousands of rows does not keep another waiting", async () => {
  const [loud, quiet] = [await buildOrganization(), await buildOrganization()];
  await ownerPool("main").query("DELETE FROM astra.outbox");
  await ownerPool("main").query(
    `INSERT INTO astra.outbox (tenant_id, name, payload, run_at)
     SELECT $1, 'directory.sync-profile', '{}', now() - interval '1 hour' FROM generate_series(1, 5000)`,
    [loud.id],
  );
  await askFor(quiet);
  const claimed = await claimDue("main", "default", 100, firstTurn);
  expect(claimed.filter((row) => row.tenant_id === quiet.id)).toHaveLength(1);
  expect(claimed.filter((row) => row.tenant_id === loud.id)).toHaveLength(10);
});

test("two relays never take the same row", async () => {
  const organization = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox");
  await askFor(organization, 60);
  const claims = await Promise.all(
    Array.from({ length: 6 }, () => claimDue("main", "default", 200, firstTurn)),
  );
  const ids = claims.flat().map((row) => row.id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("a repeating job is accepted once a period by any number of workers", async () => {
  await ownerPool("main").query("DELETE FROM astra.schedules");
  const accepted = await Promise.all(Array.from({ length: 5 }, () => acceptDueSchedules("main")));
  expect(accepted.reduce((sum, count) => sum + count, 0)).toBe(Object.keys(schedules).length);
  expect(await acceptDueSchedules("main")).toBe(0);
});

test("a clock of the database that went back does not silence a repeating job", async () => {
  await ownerPool("main").query("DELETE FROM astra.schedules");
  await acceptDueSchedules("main");
  await ownerPool("main").query("UPDATE astra.schedules SET next_at = next_at + interval '1 day'");
  expect(await acceptDueSchedules("main")).toBe(Object.keys(schedules).length);
});

test("a job for later is not run before its time, however many others wait as well", async () => {
  const organization = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox");
  const door = await doorOf(organization.owner);
  const at = new Date(Date.now() + 3_600_000);
  const later = await transact(door, "write", (ctx) =>
    enqueueMany(ctx, "directory.sync-profile", [{}, {}, {}], { at }),
  );
  await askFor(organization);
  const claimed = await claimDue("main", "default", 100, firstTurn);
  expect(claimed).toHaveLength(1);
  expect(later).not.toContain(claimed[0]?.id);
  await ownerPool("main").query("UPDATE astra.outbox SET run_at = now() WHERE state = 'pending'");
  const due = await claimDue("main", "default", 100, firstTurn);
  expect(due.map(({ id }) => id).toSorted()).toEqual(later.toSorted());
});

test("many jobs are accepted in the order in which they were named", async () => {
  const organization = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox");
  const payloads = Array.from({ length: 30 }, () => ({ memberId: randomUUID() }));
  const ids = await transact(await doorOf(organization.owner), "write", (ctx) =>
    enqueueMany(ctx, "directory.sync-member", payloads),
  );
  const found = new Map((await rows()).map(({ id, payload }) => [id, payload]));
  expect(ids.map((id) => found.get(id))).toEqual(payloads);
});

test("each hand-over to the queue has a name of its own, so that the queue drops none", async () => {
  const organization = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox");
  await askFor(organization);
  for (const memory of ["first", "second", "third"]) {
    await claimDue("main", "default", 100, firstTurn);
    await reclaimForgotten("main", memory);
  }
  expect(await rows()).toMatchObject([{ state: "pending", attempts: 0, dispatches: 3 }]);
});

test("a try that failed because the database was away does not count, but not without end", async () => {
  const organization = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox");
  await askFor(organization);
  const away = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const handlers = { ...productHandlers, "directory.sync-profile": { atDoor: () => Promise.reject(away) } };
  const tryAgain = async () => {
    await ownerPool("main").query("UPDATE astra.outbox SET run_at = now()");
    await tryOnce(handlers);
  };
  await tryAgain();
  expect(await rows()).toMatchObject([{ state: "pending", attempts: 0, spared: 1 }]);
  for (let more = 0; more < 10; more++) await tryAgain();
  expect(await rows()).toMatchObject([{ state: "pending", attempts: 1, spared: 10 }]);
});

test("what a process gives back is due at once, and what it does afterwards counts for nothing", async () => {
  const organization = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox");
  await askFor(organization);
  const [row] = await claimDue("main", "default", 10, firstTurn);
  const queued = { rowId: row?.id ?? "", shardId: "main", attempt: 1 };
  const made = await startTry(queued);
  if (!made) throw new Error("nothing was started");
  expect(await handBackTries()).toBe(1);
  expect(made.stop.signal.aborted).toBe(true);
  expect(await rows()).toMatchObject([{ state: "pending", attempts: 0, spared: 1 }]);
  expect(await failTry(made, { attempts: 1, backoffMs: 1 }, "too late")).toBe("lost");
  expect(await rows()).toMatchObject([{ state: "pending" }]);
  expect(await claimDue("main", "default", 10, firstTurn)).toHaveLength(1);
});

test("done rows are kept for a while, and no more than so many", async () => {
  await ownerPool("main").query(
    `INSERT INTO astra.outbox (name, payload, state, done_at)
     SELECT 'jobs.trim', '{}', 'done', now() - n * interval '1 day' FROM generate_series(0, 9) n`,
  );
  await trimSettled("main");
  expect(await rows()).toHaveLength(7);
  await trimSettled("main", 3);
  expect(await rows()).toHaveLength(3);
});

test("dead rows wait for an operator for 90 days", async () => {
  await ownerPool("main").query(
    `INSERT INTO astra.outbox (name, payload, state, created_at, run_at)
     SELECT 'mail.send', '{}', 'dead', now() - interval '100 days', now() - days * interval '1 day'
     FROM unnest(ARRAY[89, 91]) AS days`,
  );
  await trimSettled("main");
  expect(await rows()).toHaveLength(1);
});

test("a job without a handler, or with one of the wrong kind, does not compile", () => {
  expectTypeOf<Omit<Handlers, "jobs.trim">>().not.toExtend<Handlers>();
  type WrongPayload = { platform: (payload: { organizationId: number }) => Promise<void> };
  expectTypeOf<WrongPayload>().not.toExtend<Handlers["organizations.open"]>();
  type OfATenant = { inTenant: () => Promise<void> };
  expectTypeOf<OfATenant>().not.toExtend<Handlers["jobs.trim"]>();
});

function ask(): Promise<string> {
  return platformDb().$transaction((tx) => enqueuePlatform(tx, "fleet.fill-ready-pool", {}, { once: true }));
}

test("asking once while a row waits gives that row", async () => {
  const first = await ask();
  await sleep(5);
  expect(await ask()).toBe(first);
  expect(await rows()).toHaveLength(1);
});
