import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { makeScratchDir, removeDir } from "../dev/scratch-dir.ts";
import { ownerPool } from "../fleet/owner.ts";
import { redis } from "../platform/redis.ts";
import { tenantStorage } from "../platform/storage.ts";
import { entered } from "../test/entered.ts";
import { buildOrganization, clockAt, closeConnections, doorOf } from "../test/factories.ts";
import { fillLog, tamper, writeEntries } from "../test/logs.ts";
import { transact } from "../tenancy/transact.ts";
import { audit } from "./audit.ts";
import { statementKey, writeCheckpoint } from "./checkpoint.ts";
import { sealEntries } from "./seal.ts";
import { sealLog, sweepAll, sweepNoted } from "./sweep.ts";
import { thinCheckpoints } from "./thin-checkpoints.ts";
import { verifyAudit } from "./verify.ts";

afterAll(closeConnections);

const target = { type: "project", id: "p", label: "P" };

async function counts(organizationId: string) {
  return entered(organizationId, async (client) => {
    const { rows } = await client.query<{ entries: number; seals: number; top: number }>(
      `SELECT (SELECT count(*)::int FROM audit_entries) AS entries, (SELECT count(*)::int FROM audit_seals) AS seals,
         (SELECT coalesce(max(seq), 0)::int FROM audit_seals) AS top`,
    );
    return rows[0];
  });
}

test("seals have no gaps, and a second run finds nothing to do", async () => {
  const { id, owner } = await buildOrganization();
  await writeEntries(owner, 7);
  expect(await sealEntries(id)).toEqual({ sealed: 8, seq: 8 });
  expect(await sealEntries(id)).toEqual({ sealed: 0, seq: 8 });
  expect(await counts(id)).toEqual({ entries: 8, seals: 8, top: 8 });
});

test("an entry of a transaction that still runs waits, and so does nothing that is older", async () => {
  const { id, owner } = await buildOrganization();
  await sealEntries(id);
  const early = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const slow = transact(await doorOf(owner), "write", async (ctx) => {
    await audit(ctx, { action: "projects.update", target });
    begun.resolve();
    await early.promise;
  });
  await begun.promise;
  await writeEntries(owner, 3);
  expect(await sealEntries(id)).toEqual({ sealed: 0, seq: 1 });
  expect(await verifyAudit(id)).toMatchObject({ through: 1, pending: 3, finding: null });
  early.resolve();
  await slow;
  expect(await sealEntries(id)).toEqual({ sealed: 4, seq: 5 });
  expect(await verifyAudit(id)).toMatchObject({ through: 5, pending: 0, finding: null });
});

function ignoreChangeOfMind(error: Error): void {
  if (error.message !== "changed my mind") throw error;
}

test("many sealers at once, while 64 writers write, seal every entry once", async () => {
  const { id, owner } = await buildOrganization();
  const door = await doorOf(owner);
  const writing = new AbortController();
  const sealers = Array.from({ length: 3 }, async () => {
    while (!writing.signal.aborted) await sealEntries(id);
  });
  const writers = Array.from({ length: 64 }, async (_, writer) => {
    for (let i = 0; i < 8; i++) {
      const act = transact(door, "write", async (ctx) => {
        await audit(ctx, { action: "projects.update", target });
        if ((writer + i) % 9 === 0) throw new Error("changed my mind");
      });
      await act.catch(ignoreChangeOfMind);
    }
  });
  await Promise.all(writers);
  writing.abort();
  await Promise.all(sealers);
  await sealEntries(id);
  const written = await counts(id);
  expect(written).toMatchObject({ seals: written?.entries, top: written?.entries });
  expect(await verifyAudit(id)).toMatchObject({ entries: written?.entries, pending: 0, finding: null });
}, 60_000);

test("a log larger than a batch is sealed in one run", async () => {
  const { id } = await buildOrganization();
  await fillLog(id, 25_000);
  expect(await sealEntries(id)).toEqual({ sealed: 25_001, seq: 25_001 });
  expect(await verifyAudit(id)).toMatchObject({ entries: 25_001, pending: 0, finding: null });
}, 60_000);

test("a clock that jumps back and forth changes nothing about the chain", async () => {
  const { id, owner } = await buildOrganization();
  for (const moment of ["2031-01-01T00:00:00Z", "1999-01-01T00:00:00Z", "2026-06-01T00:00:00Z"]) {
    await transact(await doorOf(owner, clockAt(moment)), "write", (ctx) =>
      audit(ctx, { action: "projects.update", target }),
    );
    await sealEntries(id);
  }
  expect(await verifyAudit(id)).toMatchObject({ entries: 4, finding: null });
});

test("a worker that dies between seal and checkpoint leaves a checkpoint that the next one writes", async () => {
  const { id, owner } = await buildOrganization();
  await writeEntries(owner, 2);
  const script = `
    import { sealEntries } from ${JSON.stringify(path.join(import.meta.dirname, "seal.ts"))};
    await sealEntries(${JSON.stringify(id)});
    process.kill(process.pid, "SIGKILL");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
  const signal = await new Promise((resolve) => child.once("exit", (_code, name) => resolve(name)));
  expect(signal).toBe("SIGKILL");
  expect(await tenantStorage(id).get(statementKey({ kind: "checkpoint", seq: 3 }))).toBeNull();
  await sealLog(id);
  expect(await tenantStorage(id).get(statementKey({ kind: "checkpoint", seq: 3 }))).toContain("signature");
  expect(await verifyAudit(id)).toMatchObject({ entries: 3, checkpoints: 1, finding: null });
});

test("a checkpoint is in storage before the database says so, and is written once", async () => {
  const { id } = await buildOrganization();
  await sealEntries(id);
  const scratch = makeScratchDir("astra-storage");
  try {
    await writeFile(path.join(scratch, "file"), "not a directory");
    const broken = pathToFileURL(path.join(scratch, "file")).href;
    await expect(writeCheckpoint(id, { now: true, storage: broken })).rejects.toThrow("Cannot write file");
    expect(await verifyAudit(id)).toMatchObject({ checkpoints: 0, finding: null });
    expect(await writeCheckpoint(id, { now: true })).toBe(1);
    expect(await writeCheckpoint(id, { now: true })).toBeNull();
    expect(await verifyAudit(id)).toMatchObject({ checkpoints: 1, finding: null });
  } finally {
    removeDir(scratch);
  }
});

test("a chain whose row and last seal disagree is not built upon", async () => {
  const { id, owner } = await buildOrganization();
  await writeEntries(owner, 3);
  await sealEntries(id);
  await tamper(id, "DELETE FROM audit_seals WHERE seq = 4");
  await writeEntries(owner, 1);
  await expect(sealEntries(id)).rejects.toThrow("its row says 4, its last seal is 3");
});

test("after a move to another server every entry is still sealed once", async () => {
  const { id, owner } = await buildOrganization();
  await writeEntries(owner, 2);
  await sealEntries(id);
  await writeEntries(owner, 2);
  // As if they had been written on a server that was far ahead, or far behind.
  await tamper(
    id,
    `UPDATE audit_entries SET xid = xid + 1000000000 WHERE id NOT IN (SELECT entry_id FROM audit_seals);
     UPDATE audit_chain SET home = 'elsewhere/1', cursor_xid = cursor_xid + 1000000000`,
  );
  expect(await sealEntries(id)).toEqual({ sealed: 2, seq: 5 });
  await writeEntries(owner, 2);
  expect(await sealEntries(id)).toEqual({ sealed: 2, seq: 7 });
  expect(await verifyAudit(id)).toMatchObject({ entries: 7, finding: null });
});

async function askedSeals(organizationId: string): Promise<number> {
  const { rowCount } = await ownerPool("main").query(
    "SELECT FROM astra.outbox WHERE tenant_id = $1 AND name = 'audit.seal' AND state = 'pending'",
    [organizationId],
  );
  return rowCount ?? 0;
}

test("a commit asks for one sealing, however many there are, and a sweep finds what no note tells of", async () => {
  const { id, owner } = await buildOrganization();
  await writeEntries(owner, 1);
  await writeEntries(owner, 1);
  // The notes are sent without waiting for an answer, over one connection.
  await redis().ping();
  await sleep(20);
  await sweepNoted("main");
  expect(await askedSeals(id)).toBe(1);
  await sweepNoted("main");
  expect(await askedSeals(id)).toBe(1);

  await ownerPool("main").query("DELETE FROM astra.outbox");
  await redis().flushdb();
  await sweepAll("main");
  expect(await askedSeals(id)).toBe(1);
});

test("a sealing that failed for good is not asked for beside, and has another try after an hour", async () => {
  const { id, owner } = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox");
  await writeEntries(owner, 1);
  await sweepAll("main");
  await ownerPool("main").query("UPDATE astra.outbox SET state = 'dead', attempts = 8");
  await sweepAll("main");
  const states = async () => {
    const { rows } = await ownerPool("main").query<{ state: string; attempts: number }>(
      "SELECT state, attempts FROM astra.outbox WHERE tenant_id = $1 AND name = 'audit.seal'",
      [id],
    );
    return rows;
  };
  expect(await states()).toEqual([{ state: "dead", attempts: 8 }]);
  await ownerPool("main").query("UPDATE astra.outbox SET run_at = now() - interval '61 minutes'");
  await sweepAll("main");
  expect(await states()).toEqual([{ state: "pending", attempts: 0 }]);
});

test("a look into every log that runs out of time goes on where it was, and then from the beginning", async () => {
  const organizations = [await buildOrganization(), await buildOrganization()];
  const [first, second] = organizations.map(({ id }) => id).toSorted() as [string, string];
  await ownerPool("main").query("DELETE FROM astra.outbox");
  const place = (id: string) =>
    ownerPool("main").query(
      `INSERT INTO astra.schedules (name, place) VALUES ('audit.sweep-all', $1)
       ON CONFLICT (name) DO UPDATE SET place = excluded.place`,
      [id],
    );
  for (const { owner } of organizations) await writeEntries(owner, 1);
  await place(first);
  await sweepAll("main", { forMs: 0 });
  expect([await askedSeals(first), await askedSeals(second)]).toEqual([0, 1]);
  await place(second);
  await sweepAll("main");
  expect(await askedSeals(first)).toBe(0);
  await sweepAll("main");
  expect(await askedSeals(first)).toBe(1);
});

test("of very many checkpoints the newest stay, and of those before them some, and the chain is proven by them", async () => {
  const { id, owner } = await buildOrganization();
  for (let written = 0; written < 12; written++) {
    await writeEntries(owner, 1);
    await sealEntries(id);
    await writeCheckpoint(id, { now: true });
  }
  const places = async () => {
    const found: number[] = [];
    for await (const name of tenantStorage(id).list("audit/checkpoints"))
      found.push(Number(/(\d+)-checkpoint/.exec(name)?.[1]));
    return found.toSorted((a, b) => a - b);
  };
  expect(await thinCheckpoints(id, { newest: 4, older: 4 })).toBe(0);
  expect(await thinCheckpoints(id, { newest: 4, older: 2 })).toBe(6);
  expect(await places()).toEqual([2, 6, 10, 11, 12, 13]);
  expect(await verifyAudit(id)).toMatchObject({ entries: 13, checkpoints: 6, finding: null });
});
