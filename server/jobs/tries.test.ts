import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { handlers as productHandlers } from "#workers/handlers.ts";
import { ownerPool } from "../fleet/owner.ts";
import { platformDb } from "../platform/database.ts";
import { buildOrganization, closeConnections, doorOf, type TestOrganization } from "../test/factories.ts";
import { transact } from "../tenancy/transact.ts";
import { enqueue } from "./enqueue.ts";
import { claimDue, firstTurn, reclaimExpired, type OutboxRow } from "./outbox.ts";
import type { QueuedJob } from "./queue.ts";
import { jobs } from "./registry.ts";
import { runJob, type Handlers } from "./run.ts";
import { closeRow, failTry, handBackTries, renewTries, startTry, type Try } from "./tries.ts";

let organization: TestOrganization;
beforeEach(async () => {
  organization = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox");
});
// What a test has begun and left would be kept for as long as this process lives.
afterEach(handBackTries);
afterAll(closeConnections);

const runId = "00000000-0000-4000-8000-000000000001";

async function ask(): Promise<void> {
  await transact(await doorOf(organization.owner), "write", (ctx) => enqueue(ctx, "audit.export", { runId }));
}

async function rowNow() {
  const { rows } = await ownerPool("main").query<
    OutboxRow & { state: string; error: string; waits: boolean; unknown_tries: number; due_in: number }
  >("SELECT *, extract(epoch FROM run_at - now())::float8 AS due_in FROM astra.outbox");
  if (!rows[0]) throw new Error("there is no row");
  return rows[0];
}

/** Hands the one row over, whenever it is due, as the relay would. */
async function handOver(): Promise<QueuedJob> {
  await ownerPool("main").query("UPDATE astra.outbox SET run_at = now() WHERE state = 'pending'");
  const [row] = await claimDue("main", "audit-slow", 10, firstTurn);
  if (!row) throw new Error("nothing was due");
  return { rowId: row.id, shardId: "main", attempt: row.attempts, dispatch: row.dispatches };
}

async function start(): Promise<Try> {
  const made = await startTry(await handOver());
  if (!made) throw new Error("nothing was started");
  return made;
}

async function loseLease(): Promise<void> {
  await ownerPool("main").query("UPDATE astra.outbox SET lease_until = now() - interval '1 s'");
  expect(await reclaimExpired("main")).toBe(1);
}

function exporting(handler: Handlers["audit.export"]): Handlers {
  return { ...productHandlers, "audit.export": handler };
}

test("workers that do not know a job use up none of its tries", async () => {
  await ask();
  await ownerPool("main").query("UPDATE astra.outbox SET name = 'audit.future'");
  for (let older = 1; older <= 5; older++) {
    await runJob(productHandlers, await handOver());
    expect(await rowNow()).toMatchObject({
      state: "pending",
      attempts: 0,
      unknown_tries: older,
      waits: true,
    });
  }
  expect((await rowNow()).due_in).toBeGreaterThan(5);
  await ownerPool("main").query("UPDATE astra.outbox SET name = 'audit.export'");
  await runJob(exporting({ atDoor: async () => {} }), await handOver());
  expect(await rowNow()).toMatchObject({ state: "done", attempts: 1 });
});

test("a job that nobody knows for a day is dead, and as new after a replay", async () => {
  await ask();
  await ownerPool("main").query("UPDATE astra.outbox SET name = 'audit.future', unknown_tries = 299");
  await runJob(productHandlers, await handOver());
  const { id } = await rowNow();
  expect(await rowNow()).toMatchObject({ state: "dead", error: "no worker knew this job" });
  await platformDb().$queryRaw`SELECT astra.replay_dead_letters(ARRAY[${id}::uuid], NULL, NULL, NULL, 1)`;
  await runJob(productHandlers, await handOver());
  expect(await rowNow()).toMatchObject({ state: "pending", unknown_tries: 1 });
});

test("a worker of the version before pauses a failed job, and gives one that it does not know its try back", async () => {
  await ask();
  // Its statement, word for word.
  const failAsBefore = ({ rowId, attempt }: QueuedJob, error: string) =>
    ownerPool("main").query(
      `UPDATE astra.outbox SET state = $3, error = left($4, 1000), lease_until = NULL, started = false,
         run_at = CASE WHEN $3 = 'dead' THEN run_at ELSE now() + $5 * interval '1 millisecond' END
       WHERE id = $1 AND attempts = $2 AND state = 'dispatched'`,
      [rowId, attempt, "pending", error, 60_000],
    );
  await failAsBefore(await handOver(), "Error");
  expect(await rowNow()).toMatchObject({ state: "pending", attempts: 1, waits: true });
  expect(await claimDue("main", "audit-slow", 10, firstTurn)).toEqual([]);
  await failAsBefore(await handOver(), "unknown job");
  expect(await rowNow()).toMatchObject({ state: "pending", attempts: 1, waits: true });
});

test("a message of the version before, which names the try alone, is obeyed", async () => {
  await ask();
  const { dispatch: _unsaid, ...before } = await handOver();
  expect(await startTry(before)).toMatchObject({ attempts: 1, dispatches: 1 });
});

test("an older try settles nothing of a row that was replayed and is tried anew", async () => {
  await ask();
  const zombie = await start();
  await failTry(zombie, { attempts: 1, backoffMs: 1 }, "the only try");
  await platformDb().$queryRaw`SELECT astra.replay_dead_letters(NULL, NULL, NULL, NULL, 10)`;
  const live = await start();
  expect(live.attempts).toBe(zombie.attempts);
  expect(await closeRow(zombie)).toBe(false);
  expect(await failTry(zombie, { attempts: 1, backoffMs: 1 }, "late")).toBe("lost");
  expect(await rowNow()).toMatchObject({ state: "dispatched" });
  expect(await closeRow(live)).toBe(true);
  expect(await rowNow()).toMatchObject({ state: "done" });
});

test("a stale message and the live one in one batch: the live one has the try", async () => {
  await ask();
  const stale = await handOver();
  await loseLease();
  const live = await handOver();
  expect(live).toMatchObject({ attempt: stale.attempt, dispatch: 2 });
  // The first goes alone, and the others together while it is under way.
  const [, ...batch] = await Promise.all([
    startTry({ ...stale, rowId: runId }),
    startTry(stale),
    startTry(live),
    startTry(live),
  ]);
  expect(batch.map((made) => made?.dispatches)).toEqual([undefined, 2, undefined]);
});

test("work is told when its time is over", async () => {
  await ask();
  const begun = Promise.withResolvers<AbortSignal>();
  const handlers = exporting({
    atDoor: (_door, _payload, { signal }) => {
      begun.resolve(signal);
      return new Promise(() => {});
    },
  });
  const queued = await handOver();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const run = runJob(handlers, queued);
  const signal = await begun.promise;
  vi.advanceTimersByTime(jobs["audit.export"].deadlineMs);
  vi.useRealTimers();
  await run;
  expect(signal.reason).toMatchObject({ reason: "deadline" });
  expect(await rowNow()).toMatchObject({ state: "pending", error: expect.stringMatching(/^deadline/) });
});

test("work is told when its row is another's, and then settles nothing", async () => {
  await ask();
  const begun = Promise.withResolvers<void>();
  const handlers = exporting({
    atDoor: async (_door, _payload, { signal }) => {
      begun.resolve();
      await new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => reject(new Error("given up"))),
      );
    },
  });
  const run = runJob(handlers, await handOver());
  await begun.promise;
  await renewTries("main");
  await loseLease();
  await renewTries("main");
  await run;
  expect(await rowNow()).toMatchObject({ state: "pending", attempts: 1, error: "the lease ran out" });
});

test("a lease that is renewed belongs to the try, also when a crash forgot that it had begun", async () => {
  await ask();
  const made = await start();
  await ownerPool("main").query("UPDATE astra.outbox SET started = false");
  await renewTries("main");
  expect(made.stop.signal.aborted).toBe(false);
  expect(await rowNow()).toMatchObject({ started: true });
});

test.each([
  ["fails in its last try", 3],
  ["loses its worker in its last try", 4],
])("of a job that %s its handler hears before it is dead", async (_how, attempt) => {
  await ask();
  const heard: unknown[] = [];
  const handlers = exporting({
    atDoor: () => Promise.reject(new Error("always")),
    onDead: async (door, payload) => {
      heard.push(door.organization.id, payload, (await rowNow()).state);
    },
  });
  await ownerPool("main").query("UPDATE astra.outbox SET attempts = $1", [attempt - 2]);
  if (attempt === 3) {
    await runJob(handlers, await handOver());
  } else {
    await start();
    await loseLease();
  }
  expect(heard).toEqual([]);
  await runJob(handlers, await handOver());
  expect(heard).toEqual([organization.id, { runId }, "dispatched"]);
  expect(await rowNow()).toMatchObject({ state: "dead" });
});

test("a mail is tried for hours, and never more than a good quarter of an hour apart", async () => {
  await ask();
  const { attempts } = jobs["mail.send"];
  let hours = 0;
  for (let attempt = 1; attempt < attempts; attempt++) {
    expect(await failTry(await start(), jobs["mail.send"], "greylisted")).toBe("pending");
    const { due_in: seconds } = await rowNow();
    expect(seconds).toBeLessThan(1_081);
    hours += seconds / 3_600;
  }
  expect(hours).toBeGreaterThan(2);
  expect(await failTry(await start(), jobs["mail.send"], "greylisted")).toBe("dead");
});

test("the pause before another try doubles, a fifth more or less, so that what failed together comes back apart", async () => {
  await ask();
  const shares: number[] = [];
  for (let attempt = 1; attempt <= 6; attempt++) {
    expect(await failTry(await start(), { attempts: 7, backoffMs: 60_000 }, "away")).toBe("pending");
    shares.push((await rowNow()).due_in / (60 * 2 ** (attempt - 1)));
  }
  // Reading the row takes a moment of its own.
  expect(Math.min(...shares)).toBeGreaterThan(0.75);
  expect(Math.max(...shares)).toBeLessThan(1.21);
  expect(Math.max(...shares) - Math.min(...shares)).toBeGreaterThan(0.02);
});
