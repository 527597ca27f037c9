import type pg from "pg";

/** One broken rule: which schema, which rule, and what exactly. */
export type CatalogFinding = { schema: string; rule: string; detail: string };

const ofKey = "sha256(convert_to(current_setting('app.tenant_key'::text, true), 'UTF8'::name))";
const ofOneKey = `(${ofKey} = ?::bytea)`;
const ofTwoKeys = `(${ofKey} = ANY (ARRAY[?::bytea, ?::bytea]))`;

/** The policy as the server spells it, for one key and for two, and as it was before migration 0005 of the shard. */
const policyTexts = [ofOneKey, ofTwoKeys].flatMap((proof) => [
  `(( SELECT NULLIF(${proof}, false) AS proven) IS NOT NULL)`,
  `( SELECT ${proof})`,
]);

/** A rule is one query over all tenants; each row that it answers is a finding. */
const rules: { rule: string; sql: string }[] = [
  {
    rule: "registered",
    sql: `SELECT n.nspname AS schema, 'the schema is not in the register of tenants' AS detail
      FROM pg_namespace n WHERE n.nspname LIKE 'tenant\\_%' AND NOT EXISTS (SELECT FROM astra.tenants t WHERE t.schema = n.nspname)
      UNION ALL SELECT t.schema, 'the registered schema does not exist'
      FROM astra.tenants t WHERE NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = t.schema)
      UNION ALL SELECT t.schema, 'the tenant has no key'
      FROM astra.tenants t WHERE NOT EXISTS (SELECT FROM astra.tenant_keys k WHERE k.tenant_id = t.id)`,
  },
  {
    rule: "row-security",
    sql: `SELECT s.schema, c.relname || ': row-level security is not ' || CASE WHEN c.relrowsecurity THEN 'forced' ELSE 'on' END AS detail
      FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid
      WHERE c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`,
  },
  {
    rule: "policy-missing",
    sql: `SELECT s.schema, c.relname || ': the policy tenant_key is missing' AS detail
      FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid
      WHERE c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant_key')`,
  },
  {
    rule: "policy-foreign",
    sql: `SELECT s.schema, c.relname || ': an unknown policy ' || p.polname AS detail
      FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid JOIN pg_policy p ON p.polrelid = c.oid
      WHERE p.polname <> 'tenant_key'`,
  },
  {
    // Hashes are cut out and held against the register; what is left must be the one text.
    rule: "policy-expression",
    sql: `SELECT s.schema, c.relname || ': the policy does not ask for this tenant''s key' AS detail
      FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'tenant_key'
      CROSS JOIN LATERAL (VALUES (pg_get_expr(p.polqual, p.polrelid)), (pg_get_expr(p.polwithcheck, p.polrelid))) AS e (text)
      WHERE p.polcmd <> '*' OR NOT p.polpermissive OR p.polroles <> '{0}' OR e.text IS NULL
        OR regexp_replace(e.text, '''\\\\x[0-9a-f]{64}''', '?', 'g') <> ALL (ARRAY[
          ${policyTexts.map((text) => `'${text.replaceAll("'", "''")}'`).join(", ")}])
        OR (SELECT array_agg(m[1] ORDER BY m[1]) FROM regexp_matches(e.text, '\\\\x([0-9a-f]{64})', 'g') AS m)
          IS DISTINCT FROM (SELECT array_agg(encode(k.key_hash, 'hex') ORDER BY encode(k.key_hash, 'hex'))
            FROM astra.tenant_keys k WHERE k.tenant_id = s.id)`,
  },
  {
    rule: "grants",
    sql: `SELECT s.schema, c.relname || ': ' || a.privilege_type || ' is granted to ' || coalesce(r.rolname, 'PUBLIC') AS detail
      FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid CROSS JOIN LATERAL aclexplode(c.relacl) a
      LEFT JOIN pg_roles r ON r.oid = a.grantee
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND a.grantee <> c.relowner
        AND NOT (coalesce(r.rolname, '') = s.schema AND a.privilege_type = ANY (string_to_array(regexp_replace(coalesce(
          substring(obj_description(c.oid, 'pg_class') FROM '@grant (.*)'), 'SELECT, INSERT, UPDATE, DELETE'), ' \\(.*?\\)|, (\\w+) \\(.*?\\)', '', 'g'), ', ')))
      UNION ALL
      SELECT s.schema, c.relname || '.' || t.attname || ': ' || a.privilege_type || ' is granted to ' || coalesce(r.rolname, 'PUBLIC')
      FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid JOIN pg_attribute t ON t.attrelid = c.oid
      CROSS JOIN LATERAL aclexplode(t.attacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
      -- A column's grant stands in the table's comment as a table's does.
      WHERE NOT (coalesce(r.rolname, '') = s.schema AND a.privilege_type = 'UPDATE'
        AND strpos(coalesce(obj_description(c.oid, 'pg_class'), ''), 'UPDATE (' || t.attname || ')') > 0)
      UNION ALL
      SELECT s.schema, 'the schema: ' || a.privilege_type || ' is granted to ' || coalesce(r.rolname, 'PUBLIC')
      FROM spaces s JOIN pg_namespace n ON n.oid = s.oid CROSS JOIN LATERAL aclexplode(n.nspacl) a
      LEFT JOIN pg_roles r ON r.oid = a.grantee
      WHERE a.grantee <> n.nspowner AND NOT (coalesce(r.rolname, '') = s.schema AND a.privilege_type = 'USAGE')`,
  },
  {
    rule: "role",
    sql: `SELECT s.schema, 'the tenant''s role is missing' AS detail
      FROM spaces s WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = s.schema)
      UNION ALL SELECT s.schema, 'the tenant''s role has attributes it must not have'
      FROM spaces s JOIN pg_roles r ON r.rolname = s.schema
      WHERE r.rolcanlogin OR r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb
      UNION ALL SELECT s.schema, 'the tenant''s role is a member of ' || g.rolname
      FROM spaces s JOIN pg_roles r ON r.rolname = s.schema JOIN pg_auth_members m ON m.member = r.oid JOIN pg_roles g ON g.oid = m.roleid
      UNION ALL SELECT s.schema, g.rolname || ' is a member of the tenant''s role'
      FROM spaces s JOIN pg_roles r ON r.rolname = s.schema JOIN pg_auth_members m ON m.roleid = r.oid JOIN pg_roles g ON g.oid = m.member
      WHERE g.rolname NOT IN ('astra_app', 'astra_owner')
      UNION ALL SELECT s.schema, 'astra_app holds the tenant''s role by more than SET ROLE'
      FROM spaces s JOIN pg_roles r ON r.rolname = s.schema JOIN pg_auth_members m ON m.roleid = r.oid JOIN pg_roles g ON g.oid = m.member
      -- Before version 16 there is no such option, and NOINHERIT of the login says the same.
      WHERE g.rolname = 'astra_app' AND (m.admin_option OR (to_jsonb(m) ->> 'inherit_option')::boolean)`,
  },
  {
    // An owner can switch the walls off.
    rule: "owner",
    sql: `SELECT s.schema, 'the schema belongs to ' || pg_get_userbyid(n.nspowner)
      FROM spaces s JOIN pg_namespace n ON n.oid = s.oid CROSS JOIN keeper WHERE n.nspowner <> keeper.oid
      UNION ALL SELECT s.schema, c.relname || ' belongs to ' || pg_get_userbyid(c.relowner)
      FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid CROSS JOIN keeper WHERE c.relowner <> keeper.oid`,
  },
  {
    rule: "reaches-out",
    sql: `SELECT s.schema, 'function ' || p.proname AS detail FROM spaces s JOIN pg_proc p ON p.pronamespace = s.oid
      UNION ALL SELECT s.schema, 'view ' || c.relname FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid WHERE c.relkind IN ('v', 'm', 'f')
      UNION ALL SELECT s.schema, 'foreign key ' || k.conname FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid
      JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' JOIN pg_class f ON f.oid = k.confrelid
      WHERE f.relnamespace <> s.oid`,
  },
  {
    // What most tenants have is what each must have: columns, constraints, indexes, triggers, grants and
    // the comments that say what is granted.
    rule: "drift",
    sql: `SELECT g.schema, g.item || CASE WHEN g.here THEN ' is only here' ELSE ' is missing' END AS detail FROM (
        SELECT s.schema, i.item, EXISTS (SELECT FROM items x WHERE x.schema = s.schema AND x.item = i.item) AS here,
          i.tenants * 2 >= (SELECT count(*) FROM spaces) AS usual
        FROM spaces s CROSS JOIN (SELECT item, count(*) AS tenants FROM items GROUP BY item) i) g
      WHERE g.here <> g.usual`,
  },
];

const spaces = `
  spaces AS (SELECT t.id, t.schema, n.oid FROM astra.tenants t JOIN pg_namespace n ON n.nspname = t.schema),
  keeper AS (SELECT relowner AS oid FROM pg_class WHERE oid = 'astra.tenants'::regclass),
  items AS (
    SELECT s.schema, 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
      || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
      || coalesce(' default ' || replace(pg_get_expr(d.adbin, d.adrelid), s.schema || '.', ''), '') AS item
    FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid AND c.relkind IN ('r', 'p')
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    UNION ALL
    SELECT s.schema, 'trigger ' || replace(pg_get_triggerdef(t.oid), s.schema || '.', '') || ' ' || t.tgenabled::text
    FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT s.schema, 'grant ' || c.relname || ' ' || a.privilege_type
    FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid CROSS JOIN LATERAL aclexplode(c.relacl) a
    JOIN pg_roles r ON r.oid = a.grantee AND r.rolname = s.schema
    UNION ALL
    SELECT s.schema, 'comment on ' || c.relname || ': ' || obj_description(c.oid, 'pg_class')
    FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid WHERE obj_description(c.oid, 'pg_class') IS NOT NULL
    UNION ALL
    SELECT s.schema, 'index ' || replace(pg_get_indexdef(i.indexrelid), s.schema || '.', '')
    FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid JOIN pg_index i ON i.indrelid = c.oid
    UNION ALL
    SELECT s.schema, 'constraint ' || c.relname || ' ' || replace(pg_get_constraintdef(k.oid), s.schema || '.', '')
    FROM spaces s JOIN pg_class c ON c.relnamespace = s.oid JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype <> 'n'
  )`;

/**
 * Holds the catalog of every tenant on a shard against the rules of isolation, and the tenants against
 * each other. Reads catalogs only. Answers what is broken; nothing when all is sound.
 */
export async function lintCatalog(owner: pg.Pool | pg.ClientBase): Promise<CatalogFinding[]> {
  const findings: CatalogFinding[] = [];
  for (const { rule, sql } of rules) {
    const { rows } = await owner.query<{ schema: string; detail: string }>(
      `WITH ${spaces} SELECT f.schema::text, f.detail::text FROM (${sql}) f (schema, detail) ORDER BY 1, 2 LIMIT 1000`,
    );
    for (const { schema, detail } of rows) findings.push({ schema, rule, detail });
  }
  return findings;
}
