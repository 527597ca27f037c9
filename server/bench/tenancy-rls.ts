// What the key policy costs: two organizations with the same rows, one of them without row-level security.
import pg from "pg";
import { requiredEnv } from "../platform/env.ts";
import { listProjects } from "../projects/projects.ts";
import { ListProjects, ListTasks } from "../projects/schema.ts";
import { listTasks } from "../projects/task-list.ts";
import type { Door, ReadCtx } from "../tenancy/context.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import { schemaOf } from "../test/entered.ts";
import { fillTenant } from "../test/filled-tenant.ts";
import { progress, type Bench, type Report } from "./figure.ts";
import { latencyMs, measureSides, middleMs, ratioOf, totalMs } from "./measure.ts";
import { findServer, type Server } from "./server-cpu.ts";
import { closeConnections, makeTenants } from "./tenants.ts";

/** Something that is read, in the organization of that id. */
type Case = {
  what: string;
  goal: number;
  rounds: number;
  operations: number;
  read: (id: string) => Promise<unknown>;
};

const pointReadMax = 1.1;
const scanMax = 1.4;
const listMax = 1.4;

export const bench: Bench = {
  async run(report) {
    const [walled = "", open = ""] = await makeTenants(2);
    progress("Filling two organizations with 100,000 tasks …");
    const { projectId, memberId } = await fillBoth(walled, open);
    const server = await findServer(requiredEnv("DATABASE_URL"));
    for (const one of [...kernelCases, ...listCases(projectId, memberId)]) {
      progress(`${one.what} …`);
      await compare(report, one, { walled, open, server });
    }
    await closeConnections();
  },
};

async function compare(
  report: Report,
  { what, goal, rounds, operations, read }: Case,
  { walled, open, server }: { walled: string; open: string; server: Server | null },
): Promise<void> {
  const sides = { policy: () => read(walled), none: () => read(open) };
  const { policy, none } = await measureSides(sides, { rounds, operations, concurrency: 1, server });
  const ratio = ratioOf(policy, none, latencyMs);
  report({
    name: "tenancy.rls.cost",
    details: {
      what,
      ...middleMs({ policy, none }, latencyMs),
      low: ratio.low,
      high: ratio.high,
      cpu: ratioOf(policy, none, totalMs).value,
    },
    value: ratio.value,
    unit: "x",
    goal,
    n: rounds * operations,
  });
}

const kernelCases: Case[] = [
  {
    what: "point read",
    goal: pointReadMax,
    rounds: 100,
    operations: 60,
    read: (id) =>
      tenancy().withTenant(id, { readOnly: true }, (db) => db.role.findFirst({ where: { key: "owner" } })),
  },
  {
    what: "scan of 100,000 rows",
    goal: scanMax,
    rounds: 40,
    operations: 4,
    read: (id) =>
      tenancy().withTenant(
        id,
        { readOnly: true },
        (db) => db.$queryRaw`SELECT count(*)::int, sum(length(description))::int FROM tasks`,
      ),
  },
];

function listCases(projectId: string, memberId: string): Case[] {
  return [
    tasks("unfiltered", {}),
    tasks("of a project", { projectId }),
    tasks("of a member", { assigneeId: memberId }),
    tasks("of nobody", { assigneeId: "none" }),
    tasks("by one status", { statuses: ["in_review"] }),
    tasks("by two statuses, by title", {
      statuses: ["todo", "in_progress"],
      sort: { by: "title", direction: "asc" },
    }),
    tasks("overdue, by due date", { due: "overdue", sort: { by: "dueOn", direction: "asc" } }),
    tasks("due this week", { due: "week" }),
    tasks("by a word", { search: "abc" }),
    projects("unfiltered", {}),
    projects("active, by name", { status: "active", sort: { by: "name", direction: "asc" } }),
    projects("by a word", { search: "abc" }),
  ];
}

function tasks(what: string, input: Partial<ListTasks>): Case {
  return listCase(`tasks.list ${what}`, (ctx) => listTasks(ctx, ListTasks.parse(input)));
}

function projects(what: string, input: Partial<ListProjects>): Case {
  return listCase(`projects.list ${what}`, (ctx) => listProjects(ctx, ListProjects.parse(input)));
}

function listCase(what: string, list: (ctx: ReadCtx) => Promise<unknown>): Case {
  const read = (id: string) => transact(readerOf(id), "read", list);
  return { what, goal: listMax, rounds: 24, operations: 4, read };
}

function readerOf(id: string): Door {
  const organization = { id, slug: "bench", name: "Bench", plan: "business" };
  const door = systemDoor(organization, { id: "bench", ip: null, userAgent: null });
  return { ...door, actor: { ...door.actor, permissions: new Set(["tasks.read"]) } };
}

/** Fills one organization, copies its rows into the other, and takes that one's walls down. */
async function fillBoth(walled: string, open: string): Promise<{ projectId: string; memberId: string }> {
  await fillTenant(walled);
  const [from, to] = [await schemaOf(walled), await schemaOf(open)];
  const admin = new pg.Client({ connectionString: requiredEnv("DATABASE_URL") });
  await admin.connect();
  try {
    await admin.query(`DELETE FROM "${to}".roles`);
    for (const table of ["roles", "members", "projects", "tasks", "search_tokens"]) {
      await admin.query(`INSERT INTO "${to}".${table} SELECT * FROM "${from}".${table}`);
      for (const schema of [from, to]) await admin.query(`VACUUM (FREEZE, ANALYZE) "${schema}".${table}`);
    }
    const { rows: tables } = await admin.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relnamespace = $1::regnamespace AND relrowsecurity",
      [to],
    );
    for (const { name } of tables)
      await admin.query(`ALTER TABLE "${to}".${name} DISABLE ROW LEVEL SECURITY`);
    const { rows } = await admin.query<{ projectId: string; memberId: string }>(
      `SELECT project_id AS "projectId", assignee_id AS "memberId" FROM "${from}".tasks
       WHERE assignee_id IS NOT NULL AND deleted_at IS NULL ORDER BY id LIMIT 1`,
    );
    const [found] = rows;
    if (!found) throw new Error("there is no task of a member");
    return found;
  } finally {
    await admin.end();
  }
}
