import path from "node:path";

import pg from "pg";
import { expect, test } from "vitest";

import { runTool } from "#server/dev/tool.ts";

const url = process.env.DATABASE_URL ?? "";

/** The SQL by which Prisma would turn the migrated schema into what schema.prisma says. */
async function difference(client: "platform" | "tenant", schema: string): Promise<string> {
  const folder = path.join(import.meta.dirname, client);
  const config = path.join(folder, "prisma.config.ts");
  const wanted = path.join(folder, "schema.prisma");
  const args = ["--config", config, "--from-config-datasource", "--to-schema", wanted, "--script"];
  const result = await runTool("prisma", ["migrate", "diff", ...args], {
    env: { DATABASE_URL: `${url}?schema=${schema}` },
  });
  expect(result.ok, result.output).toBe(true);
  return result.output
    .split("\n")
    .filter((line) => line && !/^(--|Loaded )/.test(line))
    .join("\n");
}

test("the platform's schema.prisma says what its migrations make", async () => {
  expect(await difference("platform", "public")).toBe("");
});

test("the tenant's schema.prisma says what its migrations make, but for the guard row", async () => {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const found = await admin.query<{ nspname: string }>(
    `SELECT nspname FROM pg_namespace WHERE nspname ~ '^tenant_' ORDER BY nspname LIMIT 1`,
  );
  await admin.end();
  // Only the entry statement may read the guard row, so Prisma does not know it.
  expect(await difference("tenant", found.rows[0]?.nspname ?? "")).toBe('DROP TABLE "tenant_guard";');
});
