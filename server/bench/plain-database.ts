import { randomUUID } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "#prisma/generated/tenant/client.ts";
import { writeBuiltInRoles } from "../fleet/built-in-roles.ts";
import { readMigrations } from "../fleet/migrations.ts";
import { env, requiredEnv } from "../platform/env.ts";

const name = "bench_plain";

/** The name of the schema that `openPlainDatabase` makes. */
export const plainSchema = name;

/**
 * What an application without tenancy would have: the same tables with the same rows in one schema, without
 * row-level security, behind a login of its own, and one Prisma client with as many connections as the
 * kernel has.
 */
export async function openPlainDatabase(): Promise<PrismaClient> {
  const admin = new pg.Client({ connectionString: requiredEnv("DATABASE_URL") });
  const password = randomUUID();
  await admin.connect();
  try {
    await admin.query(`
      CREATE ROLE ${name} LOGIN PASSWORD '${password}';
      CREATE SCHEMA ${name};
      GRANT USAGE ON SCHEMA ${name} TO ${name};
      SET search_path = ${name}`);
    await admin.query(`GRANT CONNECT ON DATABASE ${pg.escapeIdentifier(admin.database ?? "")} TO ${name}`);
    for (const { sql } of await readMigrations("tenant")) await admin.query(sql);
    await writeBuiltInRoles(admin);
    await admin.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${name} TO ${name}`);
  } finally {
    await admin.end();
  }
  const address = new URL(env().DATABASE_APP_URL);
  address.username = name;
  address.password = password;
  const max = env().TENANT_POOL_MAX;
  return new PrismaClient({
    adapter: new PrismaPg({ connectionString: address.href, max }, { schema: name }),
  });
}
