import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownerPool } from "../fleet/owner.ts";
import { listMembers } from "../members/members.ts";
import { ListMembers } from "../members/schema.ts";
import { entered, schemaOf } from "../test/entered.ts";
import { explain, openExplainer, type Access, type Explainer, type Plan } from "../test/explain.ts";
import { buildOrganization, closeConnections, reads, type TestMember } from "../test/factories.ts";
import { fillTenant } from "../test/filled-tenant.ts";
import { overview } from "./overview.ts";
import { listProjects } from "./projects.ts";
import { ListProjects, ListTasks } from "./schema.ts";
import { findAnything } from "./search.ts";
import { listTasks } from "./task-list.ts";

// Row-level security takes an index away wherever an operator is not leakproof. These tables grow without
// end, so nothing that the product asks of them may read them from front to back.
const growing = ["tasks", "search_tokens", "audit_entries"];

let owner: TestMember;
let explainer: Explainer;
let projectId: string;
let memberId: string;

beforeAll(async () => {
  ({ owner } = await buildOrganization());
  await fillTenant(owner.organization.id);
  explainer = openExplainer(owner);
  [projectId, memberId] = await entered(owner.organization.id, async (client) => {
    const { rows } = await client.query<{ project: string; member: string }>(
      `SELECT project_id AS project, assignee_id AS member FROM tasks
       WHERE assignee_id IS NOT NULL AND deleted_at IS NULL ORDER BY id LIMIT 1`,
    );
    return [rows[0]?.project ?? "", rows[0]?.member ?? ""];
  });
}, 300_000);

afterAll(async () => {
  await explainer.close();
  await closeConnections();
});

function lost(plans: Plan[]): Plan[] {
  return plans.filter(({ accesses }) =>
    accesses.some(({ table, how }) => how.includes("Seq Scan") && growing.includes(table)),
  );
}

function accessesOf(plans: Plan[]): Access[] {
  return plans.flatMap(({ accesses }) => accesses);
}

async function plansOfTasks(input: Partial<ListTasks>): Promise<Plan[]> {
  const plans = await explainer.plansOf((ctx) => listTasks(ctx, ListTasks.parse(input)));
  expect(plans.length).toBeGreaterThan(1);
  expect(lost(plans)).toEqual([]);
  return plans;
}

describe("tasks", () => {
  test.each([
    ["updatedAt", /^tasks_updated_at_id_idx$/],
    ["title", /^tasks_title_id_idx$/],
    ["dueOn", /^tasks_due_on_id_idx$/],
    ["createdAt", /^tasks_pkey$/],
    ["status", /^tasks_pkey$|^tasks_status_due_on_idx$/],
  ] as const)(
    "sorted by %s are read in the order of an index, on the first page and later",
    async (by, index) => {
      for (const direction of ["asc", "desc"] as const) {
        const sort = { by, direction };
        const [rows] = await plansOfTasks({ sort });
        expect(rows?.accesses).toContainEqual(
          expect.objectContaining({ table: "tasks", index: expect.stringMatching(index) }),
        );
        const first = await reads(owner, listTasks, ListTasks.parse({ sort }));
        const [later] = await plansOfTasks({ sort, cursor: first.nextCursor ?? "" });
        const beyond = later?.accesses.find((access) => access.table === "tasks");
        expect(beyond?.index).toMatch(index);
        expect(beyond?.conditions).toMatch(
          by === "status" || by === "createdAt" ? /\bid < |\bid > / : /ROW\(/,
        );
      }
    },
  );

  const filters: [string, () => Partial<ListTasks>, RegExp][] = [
    ["project", () => ({ projectId }), /project_id = /],
    ["assignee", () => ({ assigneeId: memberId }), /assignee_id = /],
    ["no assignee", () => ({ assigneeId: "none" }), /assignee_id IS NULL/],
    ["one status", () => ({ statuses: ["in_review"] }), /status = /],
    ["several statuses", () => ({ statuses: ["todo", "in_progress"] }), /status = ANY/],
    ["overdue", () => ({ due: "overdue" }), /status = ANY.*due_on < /],
    ["due this week", () => ({ due: "week" }), /due_on >= .*due_on < /],
    ["not due", () => ({ due: "none" }), /due_on IS NULL/],
    ["one word", () => ({ search: "abc" }), /token >= 'abc'.*token < /],
    ["two words", () => ({ search: "abc def" }), /token >= '(abc|def)'.*token < /],
  ];

  test.each(filters)(
    "filtered by %s use an index for it under every sort",
    async (_name, input, condition) => {
      for (const by of ["updatedAt", "title", "dueOn", "status", "createdAt"] as const) {
        const plans = await plansOfTasks({ ...input(), sort: { by, direction: "asc" } });
        expect(accessesOf(plans)).toContainEqual(
          expect.objectContaining({ conditions: expect.stringMatching(condition) }),
        );
      }
    },
  );

  test("filtered by everything at once use an index", async () => {
    const plans = await plansOfTasks({
      projectId,
      assigneeId: memberId,
      statuses: ["todo"],
      due: "week",
      search: "abc",
      sort: { by: "title", direction: "desc" },
    });
    expect(plans).toHaveLength(2);
  });
});

test.each([
  [{ sort: { by: "name", direction: "asc" } }, "projects_name_id_idx"],
  [{ sort: { by: "updatedAt", direction: "desc" } }, "projects_updated_at_id_idx"],
  [{ sort: { by: "createdAt", direction: "desc" } }, "projects_pkey"],
  [{ status: "active", sort: { by: "name", direction: "desc" } }, "projects_name_id_idx"],
  [{ search: "ab" }, "search_tokens_pkey"],
])("projects %j are read by %s, and their tasks counted in an index alone", async (input, index) => {
  const plans = await explainer.plansOf((ctx) => listProjects(ctx, ListProjects.parse(input)));
  expect(lost(plans)).toEqual([]);
  expect(plans[0]?.accesses).toContainEqual(expect.objectContaining({ index }));
  expect(accessesOf(plans)).toContainEqual(
    expect.objectContaining({ table: "tasks", conditions: expect.stringContaining("project_id = ANY") }),
  );
});

test.each([
  [{ sort: { by: "name", direction: "asc" } }, "members_name_id_idx"],
  [{ sort: { by: "joinedAt", direction: "desc" } }, "members_joined_at_id_idx"],
  [{ roleKey: "billing" }, "members_role_id_idx"],
  [{ search: "abc" }, "search_tokens_pkey"],
])("members %j are read by %s", async (input, index) => {
  const plans = await explainer.plansOf((ctx) => listMembers(ctx, ListMembers.parse(input)));
  expect(lost(plans)).toEqual([]);
  expect(plans[0]?.accesses).toContainEqual(expect.objectContaining({ index }));
});

test.each(["abc", "task"])(
  "the search for %s uses indexes, whether few things or all have the word",
  async (query) => {
    const plans = await explainer.plansOf((ctx) => findAnything(ctx, { query }));
    expect(plans).toHaveLength(2);
    expect(lost(plans)).toEqual([]);
  },
);

test("the overview counts in indexes", async () => {
  const plans = await explainer.plansOf((ctx) => overview(ctx));
  expect(plans.length).toBeGreaterThan(5);
  expect(lost(plans)).toEqual([]);
});

test("a query whose index is lost under row-level security is noticed", async () => {
  const schema = await schemaOf(owner.organization.id);
  const statement = { text: "SELECT id FROM tasks WHERE title LIKE 'Task abc%'", values: [] };
  await ownerPool("main").query(`CREATE INDEX lab ON "${schema}".tasks (title text_pattern_ops)`);
  try {
    const plan = await entered(owner.organization.id, (client) => explain(client, statement));
    expect(lost([plan])).toHaveLength(1);
    await ownerPool("main").query(`ALTER TABLE "${schema}".tasks DISABLE ROW LEVEL SECURITY`);
    const open = await entered(owner.organization.id, (client) => explain(client, statement));
    expect(open.accesses).toContainEqual(expect.objectContaining({ index: "lab" }));
  } finally {
    await ownerPool("main").query(`ALTER TABLE "${schema}".tasks ENABLE ROW LEVEL SECURITY`);
    await ownerPool("main").query(`DROP INDEX "${schema}".lab`);
  }
});
