import { randomUUID } from "node:crypto";
import pg from "pg";
import { audit } from "../audit/audit.ts";
import { requiredEnv } from "../platform/env.ts";
import { transact } from "../tenancy/transact.ts";
import { entered, schemaOf } from "./entered.ts";
import { doorOf, type TestMember } from "./factories.ts";

/** Writes entries as a member's verb would, all in one transaction. */
export async function writeEntries(member: TestMember, count: number): Promise<void> {
  await transact(await doorOf(member), "write", async (ctx) => {
    for (let i = 0; i < count; i++) {
      const target = { type: "project", id: randomUUID(), label: `Project ${i}` };
      await audit(ctx, {
        action: "projects.update",
        target,
        before: { name: `Project ${i - 1}` },
        after: { name: `Project ${i}` },
      });
    }
  });
}

/** Fills a log with far more than anybody wrote, through the application's login and its walls. */
export async function fillLog(organizationId: string, count: number): Promise<void> {
  await entered(organizationId, (client) =>
    client.query(
      `INSERT INTO audit_entries (id, at, action, actor_kind, actor_id, actor_name, target_type, target_id,
         target_label, changes, ip, user_agent, request_id)
       SELECT uuidv7(-i * interval '20 seconds'), now() - i * interval '20 seconds',
         (ARRAY['projects.update', 'tasks.create', 'tasks.update', 'members.invite', 'roles.update'])[1 + i % 5],
         'member', ('00000000-0000-4000-8000-' || lpad((i % 200)::text, 12, '0'))::uuid, 'Member ' || i % 200, CASE WHEN i % 5 = 0 THEN 'project' ELSE 'task' END,
         ('00000000-0000-4000-8000-1' || lpad((i % 5000)::text, 11, '0')), 'Target ' || i % 5000,
         '{"before":{"status":"todo","title":"What was to be done"},"after":{"status":"done","title":"What was done"}}',
         '192.0.2.' || i % 250, 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', 'request-' || i
       FROM generate_series(1, $1::int) i`,
      [count],
    ),
  );
}

/**
 * Does to a log what only a superuser of the database can. In the statement, {schema} is the organization's,
 * and triggers do not fire.
 */
export async function tamper(organizationId: string, sql: string): Promise<void> {
  const schema = await schemaOf(organizationId);
  const admin = new pg.Client({ connectionString: requiredEnv("DATABASE_URL") });
  await admin.connect();
  try {
    await admin.query(`SET session_replication_role = replica; SET search_path = "${schema}"; ${sql}`);
  } finally {
    await admin.end();
  }
}
