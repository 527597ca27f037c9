import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { ownerPool } from "../fleet/owner.ts";
import { platformDb } from "../platform/database.ts";
import { buildOrganization, closeConnections } from "../test/factories.ts";

afterAll(closeConnections);

type Outcome = { code: number; output: string };

async function astra(...args: string[]): Promise<Outcome> {
  const cli = path.join(import.meta.dirname, "main.ts");
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [cli, "jobs", ...args]);
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

/** A job of an organization, as its last failed try leaves it. */
async function makeDead(tenantId: string, name: string): Promise<string> {
  const { rows } = await ownerPool("main").query<{ id: string }>(
    `INSERT INTO astra.outbox (tenant_id, name, queue, payload, state, attempts, error)
     VALUES ($1, $2, 'default', $3, 'dead', 8, 'Error ECONNREFUSED') RETURNING id`,
    [tenantId, name, { memberId: randomUUID() }],
  );
  return rows[0]?.id ?? "";
}

async function statesOf(ids: string[]): Promise<(string | undefined)[]> {
  const { rows } = await ownerPool("main").query<{ id: string; state: string }>(
    "SELECT id, state FROM astra.outbox WHERE id = ANY ($1)",
    [ids],
  );
  return ids.map((id) => rows.find((row) => row.id === id)?.state);
}

test("dead jobs are listed, made due again by id or by name, and given up for a reason, on the command line", async () => {
  const { id: tenantId, slug } = await buildOrganization();
  await ownerPool("main").query("DELETE FROM astra.outbox WHERE state = 'dead'");
  const ids = [
    await makeDead(tenantId, "directory.sync-member"),
    await makeDead(tenantId, "directory.sync-profile"),
    await makeDead(tenantId, "directory.sync-profile"),
    await makeDead(tenantId, "directory.sync-member"),
  ];
  const [first = "", , , last = ""] = ids;
  const { output } = await astra("dead");
  for (const id of ids) expect(output).toContain(`${id}\t`);
  expect(output).toContain(`\t${slug}\tdirectory.sync-member\tError ECONNREFUSED`);

  expect(await astra("replay", "--id", first)).toEqual({ code: 0, output: "1 jobs are due again.\n" });
  expect(await statesOf(ids)).toEqual(["pending", "dead", "dead", "dead"]);
  expect(await astra("replay", "--name", "directory.sync-profile")).toMatchObject({
    output: "2 jobs are due again.\n",
  });
  expect(await astra("replay")).toEqual({ code: 1, output: "say either --id or --name\n" });
  expect((await astra("discard", last)).code).toBe(1);
  expect(await astra("discard", last, "--reason", "The member is gone")).toEqual({
    code: 0,
    output: "Discarded.\n",
  });
  expect((await statesOf(ids)).slice(0, 3)).toEqual(["pending", "pending", "pending"]);
  expect(await astra("dead")).toEqual({ code: 0, output: "No job is dead.\n" });
  const noted = await platformDb().securityEvent.findMany({
    where: { requestId: { startsWith: "cli-" } },
    orderBy: { at: "asc" },
  });
  expect(JSON.stringify(noted.map(({ detail }) => detail))).toContain("The member is gone");
}, 60_000);
