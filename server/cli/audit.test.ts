import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { writeCheckpoint } from "../audit/checkpoint.ts";
import { sealEntries } from "../audit/seal.ts";
import { requiredEnv } from "../platform/env.ts";
import { buildOrganization, closeConnections } from "../test/factories.ts";
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
