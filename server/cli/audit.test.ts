import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { writeCheckpoint } from "../audit/checkpoint.ts";
import { sealEntries } from "../audit/seal.ts";
import { requiredEnv } from "../platform/env.ts";
import { buildOrganization, closeConnections } from "../test/factories.ts";
import { entered } from "../test/entered.ts";
import { tamper, writeEntries } from "../test/logs.ts";

afterAll(closeConnections);

type Outcome = { code: number; output: string };

async function verify(slug: string, ...flags: string[]): Promise<Outcome> {
  const cli = path.join(import.meta.dirname, "main.ts");
  try {
    const args = [cli, "audit", "verify", "--organization", slug, ...flags];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

/** A log of ten entries with a checkpoint at each end of its second half, and where its checkpoints are. */
async function sealedLog() {
  const { id, slug, owner } = await buildOrganization();
  for (const count of [4, 5]) {
    await writeEntries(owner, count);
    await sealEntries(id);
    await writeCheckpoint(id, { now: true });
  }
  const checkpoints = path.join(fileURLToPath(requiredEnv("STORAGE_URL")), "tenants", id);
  return { id, slug, checkpoints };
}

const sealed = (seq: number) => `(SELECT entry_id FROM audit_seals WHERE seq = ${seq})`;
const rewrite = (seq: number) =>
  `UPDATE audit_entries SET action = 'projects.delete' WHERE id = ${sealed(seq)};
   UPDATE audit_chain SET seq = ${seq - 1}, head = (SELECT hash FROM audit_seals WHERE seq = ${seq - 1}),
     cursor_xid = -1, home = '';
   DELETE FROM audit_seals WHERE seq >= ${seq}`;

type Tampering = { what: string; sql: string; says: string; names?: number; resealed?: true };

const tamperings: Tampering[] = [
  {
    what: "a flipped byte",
    sql: `UPDATE audit_entries SET changes = overlay(changes PLACING 'X' FROM 20 FOR 1) WHERE id = ${sealed(7)}`,
    says: "BROKEN at sequence 7, entry {id} (altered_entry)",
    names: 7,
  },
  {
    what: "a deleted row",
    sql: `DELETE FROM audit_entries WHERE id = ${sealed(3)}`,
    says: "BROKEN at sequence 3, entry {id} (deleted_row)",
    names: 3,
  },
  {
    what: "a deleted tail, with the chain's own row put right",
    sql: `DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM audit_seals WHERE seq > 8);
      DELETE FROM audit_seals WHERE seq > 8;
      UPDATE audit_chain SET seq = 8, head = (SELECT hash FROM audit_seals WHERE seq = 8), checkpoint_seq = 8`,
    says: "BROKEN at sequence 9 (deleted_tail)",
  },
  {
    what: "a chain rewritten forward",
    sql: rewrite(7),
    resealed: true,
    says: "BROKEN at sequence 6, entry",
  },
  {
    what: "a swapped pair",
    sql: `ALTER TABLE audit_seals DROP CONSTRAINT audit_seals_seq_check;
      UPDATE audit_seals SET seq = -seq WHERE seq IN (4, 8);
      UPDATE audit_seals SET seq = CASE seq WHEN -4 THEN 8 ELSE 4 END WHERE seq < 0`,
    says: "BROKEN at sequence 4, entry {id} (swapped)",
    names: 8,
  },
];

test.each(tamperings)(
  "for $what the command line exits 1 and names the first broken entry",
  async (tampering) => {
    const { id, slug, checkpoints } = await sealedLog();
    const named = await entered(id, async (client) => {
      const { rows } = await client.query<{ id: string }>(
        "SELECT entry_id AS id FROM audit_seals WHERE seq = $1",
        [tampering.names ?? 0],
      );
      return rows[0]?.id ?? "";
    });
    await tamper(id, tampering.sql);
    if (tampering.resealed) await sealEntries(id);
    const says = tampering.says.replace("{id}", named);
    // By the installation's own storage, and by a copy of the checkpoints that somebody has put aside.
    for (const flags of [[], ["--checkpoints", checkpoints]]) {
      const { code, output } = await verify(slug, ...flags);
      expect(output).toContain(says);
      expect(code).toBe(1);
    }
  },
  60_000,
);

test("the command line proves a log, and exits 1 with the name of what is broken", async () => {
  const { id, slug, owner } = await buildOrganization();
  await writeEntries(owner, 9);
  await sealEntries(id);
  await writeCheckpoint(id, { now: true });
  expect(await verify(slug)).toMatchObject({
    code: 0,
    output: expect.stringContaining(`${slug}: sound. 10 entries`),
  });

  await tamper(id, "DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM audit_seals WHERE seq > 8)");
  await tamper(id, "DELETE FROM audit_seals WHERE seq > 8");
  await tamper(id, "UPDATE audit_chain SET seq = 8, head = (SELECT hash FROM audit_seals WHERE seq = 8)");
  const cut = await verify(slug);
  expect(cut.code).toBe(1);
  expect(cut.output).toContain("BROKEN at sequence 9 (deleted_tail)");

  const storage = path.join(fileURLToPath(requiredEnv("STORAGE_URL")), "tenants", id);
  expect(await verify(slug, "--checkpoints", storage, "--json")).toMatchObject({ code: 1 });
  expect(await verify("nobody-has-this")).toMatchObject({
    code: 1,
    output: "there is no organization nobody-has-this\n",
  });
}, 60_000);
