import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { handlers } from "#workers/handlers.ts";
import { ownerPool } from "../fleet/owner.ts";
import { claimDue, firstTurn } from "../jobs/outbox.ts";
import { runJob } from "../jobs/run.ts";
import { platformDb } from "../platform/database.ts";
import { buildOrganization, buildPerson, closeConnections } from "../test/factories.ts";
import { countDeadJobs, discardDeadJobs, getDeadJob, listDeadJobs, replayDeadJobs } from "./dead-jobs.ts";
import { DiscardDeadJobs, ListDeadJobs, ReplayDeadJobs } from "./schema.ts";

afterAll(closeConnections);
beforeEach(async () => {
  await ownerPool("main").query("DELETE FROM astra.outbox");
});

type Given = { name?: string; queue?: string; tenantId?: string | null; minutesAgo?: number; state?: string };

/** A row as the last failed try leaves it. */
async function makeDead(given: Given = {}): Promise<string> {
  const { rows } = await ownerPool("main").query<{ id: string }>(
    `INSERT INTO astra.outbox (tenant_id, name, queue, payload, state, attempts, error, created_at, request_id)
     VALUES ($1, $2, $3, $4, $5, 8, 'Error ECONNREFUSED', now() - $6 * interval '1 minute', 'req-1') RETURNING id`,
    [
      given.tenantId ?? null,
      given.name ?? "mail.send",
      given.queue ?? "mail",
      { kind: "confirm_email", subjectId: randomUUID(), attempt: 1 },
      given.state ?? "dead",
      given.minutesAgo ?? 0,
    ],
  );
  const [row] = rows;
  if (!row) throw new Error("no row was made");
  return row.id;
}

const list = (input = {}) => listDeadJobs(ListDeadJobs.parse(input));
const act = async () => ({
  accountId: (await buildPerson()).accountId,
  request: { id: randomUUID(), ip: "192.0.2.1", userAgent: "vitest" },
});

async function stateOf(id: string): Promise<{ state: string; attempts: number; error: string | null }> {
  const { rows } = await ownerPool("main").query<{ state: string; attempts: number; error: string | null }>(
    "SELECT state, attempts, error FROM astra.outbox WHERE id = $1",
    [id],
  );
  if (!rows[0]) throw new Error("the row is gone");
  return rows[0];
}

describe("listDeadJobs", () => {
  test("shows what, whose and why, the newest first, and nothing that is alive", async () => {
    const { id: tenantId, slug, name } = await buildOrganization();
    await ownerPool("main").query("DELETE FROM astra.outbox");
    const old = await makeDead({ minutesAgo: 60 });
    const young = await makeDead({ name: "audit.export", queue: "audit", tenantId });
    await makeDead({ state: "pending" });
    const page = await list();
    expect(page.total).toBe(2);
    expect(page.items).toMatchObject([
      { id: young, name: "audit.export", queue: "audit", organization: { id: tenantId, slug, name } },
      { id: old, name: "mail.send", organization: null, attempts: 8, error: "Error ECONNREFUSED" },
    ]);
    expect(JSON.stringify(page)).not.toContain("subjectId");
  });

  test("is narrowed by name, queue and organization", async () => {
    const { id: tenantId, slug } = await buildOrganization();
    await ownerPool("main").query("DELETE FROM astra.outbox");
    const mail = await makeDead();
    const seal = await makeDead({ name: "audit.seal", queue: "audit", tenantId });
    const idsOf = async (input: object) => (await list(input)).items.map(({ id }) => id);
    expect(await idsOf({ name: "mail.send" })).toEqual([mail]);
    expect(await idsOf({ queue: "audit" })).toEqual([seal]);
    expect(await idsOf({ organization: slug })).toEqual([seal]);
    expect(await idsOf({ organization: "nobody-has-this" })).toEqual([]);
  });

  test("pages in both directions without losing or repeating any", async () => {
    for (let n = 0; n < 7; n++) await makeDead({ minutesAgo: n });
    const first = await list({ limit: 3 });
    const second = await list({ limit: 3, cursor: first.nextCursor });
    const third = await list({ limit: 3, cursor: second.nextCursor });
    const all = [first, second, third].flatMap(({ items }) => items.map(({ id }) => id));
    expect(new Set(all).size).toBe(7);
    expect(third.nextCursor).toBeNull();
    const back = await list({ limit: 3, cursor: third.previousCursor });
    expect(back.items).toEqual(second.items);
  });

  test("counts by name for the filters", async () => {
    await makeDead();
    await makeDead();
    await makeDead({ name: "audit.seal", queue: "audit" });
    expect(await countDeadJobs()).toEqual([
      { name: "mail.send", queue: "mail", count: 2 },
      { name: "audit.seal", queue: "audit", count: 1 },
    ]);
  });
});

describe("getDeadJob", () => {
  test("holds the payload's ids and what went wrong at each try", async () => {
    const { rows } = await ownerPool("main").query<{ id: string }>(
      `INSERT INTO astra.outbox (tenant_id, name, queue, payload, attempts)
       VALUES (gen_random_uuid(), 'directory.sync-member', 'default', $1, 8) RETURNING id`,
      [{ memberId: randomUUID() }],
    );
    const id = rows[0]?.id ?? "";
    // The last two of ten tries, as worker and relay make them.
    for (let round = 0; round < 2; round++) {
      await ownerPool("main").query("UPDATE astra.outbox SET waits = false WHERE id = $1", [id]);
      const [claimed] = await claimDue("main", "default", 10, firstTurn);
      if (!claimed) throw new Error("nothing was due");
      await runJob(handlers, { rowId: id, shardId: "main", attempt: claimed.attempts });
    }
    const job = await getDeadJob({ id });
    expect(job).toMatchObject({ name: "directory.sync-member", attempts: 10, attemptsMax: 10 });
    expect(Object.keys(job.payload)).toEqual(["memberId"]);
    expect(job.failures).toMatchObject([{ try: 9 }, { try: 10, error: job.error }]);
    expect(job.failures[0]?.at).toBeInstanceOf(Date);
  });

  test("knows no job that is alive", async () => {
    const id = await makeDead({ state: "done" });
    await expect(getDeadJob({ id })).rejects.toMatchObject({ reason: "not_found" });
  });
});

describe("replayDeadJobs", () => {
  test("makes the chosen ones due again, as new, and notes who did it", async () => {
    const [one, two, other] = [await makeDead(), await makeDead(), await makeDead()];
    const operator = await act();
    expect(await replayDeadJobs(operator, { ids: [one, two] })).toEqual({ replayed: 2 });
    expect(await stateOf(one)).toEqual({ state: "pending", attempts: 0, error: null });
    expect(await stateOf(other)).toMatchObject({ state: "dead" });
    const noted = await platformDb().securityEvent.findFirstOrThrow({
      where: { kind: "operator.jobs.replay", accountId: operator.accountId },
    });
    expect(noted.detail).toEqual({ ids: [one, two], replayed: 2 });
  });

  test("makes all of a filter due again", async () => {
    const { id: tenantId, slug } = await buildOrganization();
    await ownerPool("main").query("DELETE FROM astra.outbox");
    const mine = await makeDead({ tenantId, name: "audit.seal", queue: "audit" });
    const others = await makeDead({ name: "audit.seal", queue: "audit" });
    await makeDead();
    expect(await replayDeadJobs(await act(), { all: { organization: slug } })).toEqual({ replayed: 1 });
    expect(await stateOf(mine)).toMatchObject({ state: "pending" });
    expect(await replayDeadJobs(await act(), { all: { name: "audit.seal" } })).toEqual({ replayed: 1 });
    expect(await stateOf(others)).toMatchObject({ state: "pending" });
    expect(await replayDeadJobs(await act(), { all: {} })).toEqual({ replayed: 1 });
  });

  test("says so when somebody else was faster", async () => {
    const id = await makeDead({ state: "pending" });
    await expect(replayDeadJobs(await act(), { ids: [id] })).rejects.toMatchObject({ reason: "not_found" });
  });
});

describe("discardDeadJobs", () => {
  test("gives them up for a reason that is kept", async () => {
    const id = await makeDead();
    const operator = await act();
    const reason = "The organization left";
    expect(await discardDeadJobs(operator, { ids: [id], reason })).toEqual({ discarded: 1 });
    expect(await stateOf(id)).toMatchObject({ state: "done", error: `discarded: ${reason}` });
    expect((await list()).total).toBe(0);
    const noted = await platformDb().securityEvent.findFirstOrThrow({
      where: { kind: "operator.jobs.discard", accountId: operator.accountId },
    });
    expect(noted.detail).toMatchObject({ ids: [id], reason });
    await expect(discardDeadJobs(operator, { ids: [id], reason })).rejects.toMatchObject({
      reason: "not_found",
    });
  });

  test("needs a reason and at least one job", () => {
    expect(DiscardDeadJobs.safeParse({ ids: [randomUUID()], reason: " " }).success).toBe(false);
    expect(DiscardDeadJobs.safeParse({ ids: [], reason: "why" }).success).toBe(false);
    expect(ReplayDeadJobs.safeParse({ ids: [], all: {} }).success).toBe(false);
  });
});
