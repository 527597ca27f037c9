import { expect, test } from "vitest";
import type { Placement } from "./placement.ts";
import { isAllowedSql, tenantProtocol } from "./protocol.ts";

const placement: Placement = {
  tenantId: "01890000-0000-7000-8000-000000000001",
  shardId: "main",
  schema: `tenant_${"0".repeat(26)}`,
  state: "active",
  epoch: 3,
  keyVersion: 1,
};
const entry = {
  placement,
  key: "the-secret-key",
  readOnly: true,
  accessVersion: 7,
  statementTimeoutMs: 1,
  lockTimeoutMs: 2,
  idleTimeoutMs: 3,
};

test.each([
  "SELECT 1",
  "  \n\tselect 1",
  "(SELECT 1) UNION (SELECT 2)",
  "((SELECT 1))",
  "WITH x AS (SELECT 1) SELECT * FROM x",
  "INSERT INTO x VALUES (1)",
  "update x set y = 1",
  "DELETE FROM x",
])("a tenant may say %j", (sql) => {
  expect(isAllowedSql(sql)).toBe(true);
});

test.each([
  "",
  ";",
  "; SELECT 1",
  "COMMIT",
  "-- SELECT\nCOMMIT",
  "/* SELECT */ COMMIT",
  "/* /* */ SELECT */ COMMIT",
  "EXPLAIN SELECT 1",
  "SELECTED",
  "select_1",
  "SET ROLE x",
  "\u0000SELECT 1",
  "x SELECT 1",
  "VALUES (1)",
  "TABLE projects",
  "MERGE INTO x USING y ON true WHEN MATCHED THEN DELETE",
])("a tenant may not say %j", (sql) => {
  expect(isAllowedSql(sql)).toBe(false);
});

test("only the engine's own qualifier is cut out", () => {
  expect(tenantProtocol.unqualify('SELECT "__tenant__"."a"."b" FROM "__tenant__"."a"')).toBe(
    'SELECT "a"."b" FROM "a"',
  );
  for (const sql of ['SELECT "__tenant__"', "SELECT __tenant__.a", 'SELECT "__tenant__x"."a"']) {
    expect(tenantProtocol.unqualify(sql)).toBe(sql);
  }
});

test("the key is a bound value, in no text", () => {
  const batch = tenantProtocol.enter(entry);
  expect(batch.begin).toBe("BEGIN READ ONLY");
  expect(tenantProtocol.enter({ ...entry, readOnly: false }).begin).toBe("BEGIN");
  expect(JSON.stringify([batch.begin, batch.statements.map((statement) => statement.text)])).not.toContain(
    entry.key,
  );
  expect(batch.statements.flatMap((statement) => statement.values)).toContain(entry.key);
});

test("a schema name that is not ours never reaches a statement", () => {
  const wrong = { ...entry, placement: { ...placement, schema: 'x"; --' } };
  expect(() => tenantProtocol.enter(wrong)).toThrow("not a tenant schema name");
});
