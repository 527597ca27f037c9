import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { closeOwnerPools, ownerPool } from "../fleet/owner.ts";
import { provisionTenant } from "../fleet/provision.ts";
import { closePlatformDb, platformDb } from "../platform/database.ts";
import { requiredEnv } from "../platform/env.ts";
import { lintCatalog } from "./catalog.ts";

const admin = new pg.Client({ connectionString: requiredEnv("DATABASE_URL") });
await admin.connect();
// Tenants of its own: roles belong to the whole server, and other files use those of the template.
const home = await build();
const other = await build();

async function build(): Promise<string> {
  const id = await provisionTenant("main");
  return (await platformDb().tenant.findUniqueOrThrow({ where: { id } })).schema;
}

afterAll(async () => {
  await admin.end();
  await closeOwnerPools();
  await closePlatformDb();
});

/** What is broken on purpose, and which rule names it with which words. */
const broken: [what: string, breakIt: string, rule: string, words: RegExp][] = [
  [
    "a policy that is missing",
    `DROP POLICY tenant_key ON "${home}".projects`,
    "policy-missing",
    /^projects: /,
  ],
  [
    "row-level security that is off",
    `ALTER TABLE "${home}".tasks DISABLE ROW LEVEL SECURITY`,
    "row-security",
    /^tasks: .* not on/,
  ],
  [
    "row-level security that is not forced",
    `ALTER TABLE "${home}".tasks NO FORCE ROW LEVEL SECURITY`,
    "row-security",
    /^tasks: .* not forced/,
  ],
  [
    "one policy too many",
    `CREATE POLICY made ON "${home}".projects USING (true)`,
    "policy-foreign",
    /projects: an unknown policy made/,
  ],
  [
    "a policy that lets everybody pass",
    `ALTER POLICY tenant_key ON "${home}".projects USING (true)`,
    "policy-expression",
    /projects: /,
  ],
  [
    "a policy that lets everybody write",
    `ALTER POLICY tenant_key ON "${home}".projects WITH CHECK (true)`,
    "policy-expression",
    /projects: /,
  ],
  [
    "a policy for some roles only",
    `ALTER POLICY tenant_key ON "${home}".projects TO astra_app`,
    "policy-expression",
    /projects: /,
  ],
  [
    "a policy that asks for another tenant's key",
    `UPDATE astra.tenant_keys SET key_hash = sha256(key_hash) WHERE tenant_id = (SELECT id FROM astra.tenants WHERE schema = '${home}')`,
    "policy-expression",
    /the policy does not ask for this tenant's key/,
  ],
  [
    "a grant to a neighbour",
    `GRANT SELECT ON "${home}".projects TO "${other}"`,
    "grants",
    /projects: SELECT is granted to tenant_/,
  ],
  [
    "a grant to everybody",
    `GRANT SELECT ON "${home}".projects TO PUBLIC`,
    "grants",
    /projects: SELECT is granted to PUBLIC/,
  ],
  [
    "a grant of one column",
    `GRANT UPDATE (state) ON "${home}".tenant_guard TO "${home}"`,
    "grants",
    /tenant_guard.state: UPDATE/,
  ],
  [
    "a grant that lets the audit log be changed",
    `GRANT DELETE ON "${home}".audit_entries TO "${home}"`,
    "grants",
    /audit_entries: DELETE/,
  ],
  [
    "the same grant behind a comment that allows it",
    `GRANT DELETE ON "${home}".audit_entries TO "${home}"; COMMENT ON TABLE "${home}".audit_entries IS '@grant SELECT, INSERT, DELETE'`,
    "drift",
    /grant audit_entries DELETE is only here/,
  ],
  [
    "a grant that is missing",
    `REVOKE INSERT ON "${home}".projects FROM "${home}"`,
    "drift",
    /grant projects INSERT is missing/,
  ],
  [
    "the schema's door open to a neighbour",
    `GRANT USAGE ON SCHEMA "${home}" TO "${other}"`,
    "grants",
    /the schema: USAGE/,
  ],
  [
    "the right to create in the schema",
    `GRANT CREATE ON SCHEMA "${home}" TO "${home}"`,
    "grants",
    /the schema: CREATE/,
  ],
  [
    "a table that belongs to its tenant",
    `GRANT CREATE ON SCHEMA "${home}" TO "${home}"; ALTER TABLE "${home}".events OWNER TO "${home}"`,
    "owner",
    /events belongs to tenant_/,
  ],
  ["a role that can log in", `ALTER ROLE "${home}" LOGIN`, "role", /attributes/],
  ["a role that is a member of its neighbour's", `GRANT "${other}" TO "${home}"`, "role", /is a member of/],
  [
    "a login that has a tenant's rights without entering",
    `GRANT "${home}" TO astra_app WITH INHERIT TRUE`,
    "role",
    /by more than SET ROLE/,
  ],
  [
    "an index that is missing",
    `DROP INDEX "${home}".tasks_completed_at_idx`,
    "drift",
    /index .*tasks_completed_at_idx.* is missing/,
  ],
  [
    "an index that only one tenant has",
    `CREATE INDEX made ON "${home}".tasks (description)`,
    "drift",
    /index .*made.* is only here/,
  ],
  [
    "a constraint that is missing",
    `ALTER TABLE "${home}".projects DROP CONSTRAINT projects_status_check`,
    "drift",
    /constraint projects CHECK .* is missing/,
  ],
  [
    "a trigger that is switched off",
    `ALTER TABLE "${home}".audit_entries DISABLE TRIGGER audit_entries_keep`,
    "drift",
    /trigger .*audit_entries_keep.* O is missing/,
  ],
  [
    "a default that differs",
    `ALTER TABLE "${home}".projects ALTER status SET DEFAULT 'archived'`,
    "drift",
    /column projects.status .*'archived'.* is only here/,
  ],
  [
    "a foreign key that reaches the neighbour",
    `ALTER TABLE "${home}".tasks ADD CONSTRAINT out FOREIGN KEY (project_id) REFERENCES "${other}".projects (id)`,
    "reaches-out",
    /foreign key out/,
  ],
  ["a view", `CREATE VIEW "${home}".made AS SELECT * FROM "${other}".projects`, "reaches-out", /view made/],
  [
    "a function",
    `CREATE FUNCTION "${home}".made() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    "reaches-out",
    /function made/,
  ],
  ["a table that only one tenant has", `CREATE TABLE "${home}".made (x int)`, "policy-missing", /^made: /],
  [
    "a schema that nobody knows",
    "CREATE SCHEMA tenant_00000000000000000000000000",
    "registered",
    /not in the register/,
  ],
];

// In a transaction that is rolled back: nobody else meets what is broken.
test.each(broken)("the lint names %s", async (_, breakIt, rule, words) => {
  expect(await lintCatalog(admin), "sound before").toEqual([]);
  await admin.query("BEGIN");
  try {
    await admin.query(breakIt);
    const findings = await lintCatalog(admin);
    const named = findings.filter((finding) => finding.rule === rule && words.test(finding.detail));
    expect(named, JSON.stringify(findings, null, 1)).not.toEqual([]);
  } finally {
    await admin.query("ROLLBACK");
  }
});

test("a sound shard has no findings, as the owner sees it", async () => {
  expect(await lintCatalog(ownerPool("main"))).toEqual([]);
});
