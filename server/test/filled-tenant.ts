import { setTimeout as sleep } from "node:timers/promises";
import { ownerPool } from "../fleet/owner.ts";
import { entered, schemaOf } from "./entered.ts";

/** How much there is of everything; with 100,000 tasks a plan without its index is an order of magnitude slower. */
export type Fill = { tasks: number; projects: number; members: number; auditEntries: number };

const standard: Fill = { tasks: 100_000, projects: 2_000, members: 1_000, auditEntries: 20_000 };

const vacuumsMax = 100;

// One row each five minutes backwards from now. Old work is done, save one in a hundred; of the latest six
// in a hundred nothing is. One task in fifty is deleted, one project in ten archived.
const statements: Record<string, string> = {
  members: `
    INSERT INTO members (id, account_id, name, email, role_id, joined_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 'Member ' || md5(i::text), 'member-' || i || '@example.test',
      r.ids[1 + i % array_length(r.ids, 1)], now() - i * interval '1 hour'
    FROM generate_series(1, $1::int) i, (SELECT array_agg(id ORDER BY key) AS ids FROM roles) r`,
  projects: `
    INSERT INTO projects (id, name, description, status, created_at, updated_at)
    SELECT uuidv7(-i * interval '1 hour'), 'Project ' || md5(i::text), repeat('what it is about ', 10),
      CASE WHEN i % 10 = 0 THEN 'archived' ELSE 'active' END, now() - i * interval '1 hour',
      now() - i * random() * interval '1 hour'
    FROM generate_series(1, $1::int) i`,
  tasks: `
    INSERT INTO tasks (id, project_id, title, description, status, assignee_id, due_on, completed_at,
      created_at, updated_at, deleted_at)
    SELECT uuidv7(-i * interval '5 minutes'), p.ids[1 + hash % array_length(p.ids, 1)],
      'Task ' || md5(i::text), repeat('what there is to do ', 10), status,
      CASE WHEN i % 5 > 0 THEN m.ids[1 + hash % array_length(m.ids, 1)] END,
      CASE WHEN i % 4 > 0 THEN (now() - i * interval '5 minutes' + interval '14 days')::date END,
      CASE WHEN status = 'done' THEN now() - i * interval '4 minutes' END,
      now() - i * interval '5 minutes', now() - i * random() * interval '5 minutes',
      CASE WHEN i % 50 = 0 THEN now() END
    FROM (SELECT i, abs(hashint4(i)::bigint) AS hash,
        CASE WHEN i > $1::int * 0.06 AND i % 100 > 0 THEN 'done'
          WHEN i % 20 = 0 THEN 'in_review' WHEN i % 3 = 0 THEN 'in_progress' ELSE 'todo' END AS status
      FROM generate_series(1, $1::int) i) i,
      (SELECT array_agg(id) AS ids FROM projects) p, (SELECT array_agg(id) AS ids FROM members) m`,
};

// Two of 4,096 words for each, and one that all have.
const words = (kind: string, table: string, name: string) => `
  INSERT INTO search_tokens (kind, token, target_id)
  SELECT '${kind}', token, id FROM ${table}, LATERAL (
    SELECT DISTINCT substr(md5(${name}), 1 + 8 * w, 3) AS token FROM generate_series(0, 1) w
    UNION ALL SELECT '${kind}') AS words`;

/** Fills an organization with far more than a page shows, and tells the planner of it. */
export async function fillTenant(organizationId: string, fill: Partial<Fill> = {}): Promise<Fill> {
  const wanted = { ...standard, ...fill };
  await entered(organizationId, async (client) => {
    for (const table of ["members", "projects", "tasks"] as const) {
      await client.query(statements[table] ?? "", [wanted[table]]);
    }
    await client.query(words("task", "tasks", "title"));
    await client.query(words("project", "projects", "name"));
    await client.query(words("member", "members", "name"));
    await client.query(
      `INSERT INTO audit_entries (id, at, action, actor_kind, actor_name, target_type, target_id)
       SELECT gen_random_uuid(), now() - i * interval '1 minute', 'tasks.update', 'member', 'Somebody',
         (ARRAY['task', 'project', 'organization', 'invoice'])[1 + i % 4], gen_random_uuid()
       FROM generate_series(1, $1::int) i`,
      [wanted.auditEntries],
    );
  });
  await settle(organizationId);
  return wanted;
}

/** Does what autovacuum does in its own time; until then an index alone cannot answer. */
async function settle(organizationId: string): Promise<void> {
  const schema = await schemaOf(organizationId);
  const tables = ["members", "projects", "tasks", "search_tokens", "audit_entries"];
  for (const table of tables) {
    for (let attempt = 1; ; attempt++) {
      await ownerPool("main").query(`VACUUM (ANALYZE) "${schema}".${table}`);
      const { rows } = await ownerPool("main").query<{ settled: boolean }>(
        "SELECT relallvisible >= relpages AS settled FROM pg_class WHERE oid = $1::regclass",
        [`"${schema}".${table}`],
      );
      if (rows[0]?.settled) break;
      if (attempt >= vacuumsMax) throw new Error(`${table} does not settle`);
      // Another session's snapshot still needs to see what was before.
      await sleep(100);
    }
  }
}
