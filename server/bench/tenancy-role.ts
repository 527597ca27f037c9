// What the switch to the tenant's role costs in CPU (server and Node), by how many of them the login may take.
import pg from "pg";
import { env, requiredEnv } from "../platform/env.ts";
import { appPool } from "../tenancy/kernel.ts";
import { tenantKey } from "../tenancy/key.ts";
import type { Placement } from "../tenancy/placement.ts";
import { tenantProtocol, type Protocol } from "../tenancy/protocol.ts";
import { defaultLimits, Tenancy } from "../tenancy/tenancy.ts";
import { placementOf, schemaOf } from "../test/entered.ts";
import { progress, type Bench, type Report } from "./figure.ts";
import { measureSides, median, middleMs, totalMs } from "./measure.ts";
import { findServer, processCpuMs } from "./server-cpu.ts";
import { closeConnections, makeTenants } from "./tenants.ts";

const roleCounts = [100, 5_000];
const tenants = 2;
const firstUses = 40;
const rounds = 30;
const operations = 300;

export const bench: Bench = {
  async run(report) {
    if (!(await findServer(requiredEnv("DATABASE_URL")))) {
      progress("The server's CPU cannot be read on this system.");
      return;
    }
    const admin = new pg.Client({ connectionString: requiredEnv("DATABASE_URL") });
    await admin.connect();
    const ids = await makeTenants(tenants);
    await openToLogin(admin, ids);
    let made = tenants;
    for (const roles of roleCounts) {
      progress(`With ${roles} tenant roles …`);
      await makeRoles(admin, made, roles);
      made = roles;
      await reportFirstUse(report, ids, roles);
      await reportAfterGrant(report, admin, ids[0] ?? "", roles);
      await reportLaterUse(report, ids, roles);
    }
    await admin.end();
    await closeConnections();
  },
};

/** Lets the login itself read these tenants: whoever does not switch must still find the tables. */
async function openToLogin(admin: pg.Client, ids: string[]): Promise<void> {
  for (const id of ids) {
    const schema = await schemaOf(id);
    await admin.query(`GRANT USAGE ON SCHEMA "${schema}" TO astra_app`);
    await admin.query(`GRANT SELECT ON ALL TABLES IN SCHEMA "${schema}" TO astra_app`);
  }
}

/** Roles without a schema: the switch looks at memberships alone. */
async function makeRoles(admin: pg.Client, from: number, to: number): Promise<void> {
  await admin.query(`DO $$ BEGIN
    FOR i IN ${from} + 1 .. ${to} LOOP
      EXECUTE format('CREATE ROLE bench_role_%s NOLOGIN NOINHERIT', i);
      EXECUTE format('GRANT bench_role_%s TO astra_app WITH INHERIT FALSE, SET TRUE', i);
    END LOOP;
  END $$`);
}

const withoutRole: Protocol = {
  ...tenantProtocol,
  enter(entry) {
    const batch = tenantProtocol.enter(entry);
    const statements = batch.statements.map((statement) => ({
      ...statement,
      // Its first value is the role.
      values: ["none", ...(statement.values ?? []).slice(1)],
    }));
    return { ...batch, statements };
  },
};

type Used = Record<"with" | "without", number[]>;

/** The first entry on a backend, which reads all memberships of its login. */
async function reportFirstUse(report: Report, ids: string[], roles: number): Promise<void> {
  const placement = await placementOf(ids[0] ?? "");
  const used: Used = { with: [], without: [] };
  for (let use = 0; use < firstUses; use++) {
    used.with.push(await firstEntryCpuMs(tenantProtocol, placement));
    used.without.push(await firstEntryCpuMs(withoutRole, placement));
  }
  reportAdded(report, { roles, use: "first on a backend" }, used);
}

function reportAdded(report: Report, what: { roles: number; use: string }, used: Used): void {
  const [withMs, withoutMs] = [median(used.with), median(used.without)];
  const details = { ...what, withMs, withoutMs };
  report({ name: "tenancy.role.cost", details, value: withMs - withoutMs, unit: "ms", n: firstUses });
}

/** What a new backend works for its first entry. Nothing else runs there, so the machine's load does not count. */
async function firstEntryCpuMs(protocol: Protocol, placement: Placement): Promise<number> {
  return onBackend((client, pid) => entryCpuMs(client, pid, protocol, placement));
}

/** The next entry on a backend after somebody was given a role: all memberships are read again. */
async function reportAfterGrant(report: Report, admin: pg.Client, id: string, roles: number): Promise<void> {
  const placement = await placementOf(id);
  const used: Used = { with: [], without: [] };
  await onBackend(async (client, pid) => {
    const next = async (protocol: Protocol) => {
      await admin.query("REVOKE bench_role_100 FROM astra_app; GRANT bench_role_100 TO astra_app");
      return entryCpuMs(client, pid, protocol, placement);
    };
    // The first of each makes the backend's other caches.
    for (const protocol of [tenantProtocol, withoutRole]) await next(protocol);
    for (let use = 0; use < firstUses; use++) {
      used.with.push(await next(tenantProtocol));
      used.without.push(await next(withoutRole));
    }
  });
  reportAdded(report, { roles, use: "first after a grant" }, used);
}

async function onBackend<Result>(work: (client: pg.Client, pid: number) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: env().DATABASE_APP_URL });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    return await work(client, rows[0]?.pid ?? 0);
  } finally {
    await client.end();
  }
}

async function entryCpuMs(
  client: pg.Client,
  pid: number,
  protocol: Protocol,
  placement: Placement,
): Promise<number> {
  const key = tenantKey(env().TENANT_KEY_SECRET, placement.tenantId, placement.keyVersion);
  const entry = { ...defaultLimits, placement, key, readOnly: true, accessVersion: undefined };
  const batch = protocol.enter(entry);
  const before = processCpuMs(pid);
  await client.query(batch.begin);
  for (const statement of batch.statements) await client.query(statement);
  const used = processCpuMs(pid) - before;
  await client.query(protocol.leave);
  return used;
}

/** A point read on a backend that has taken roles before. */
async function reportLaterUse(report: Report, ids: string[], roles: number): Promise<void> {
  const server = await findServer(requiredEnv("DATABASE_URL"));
  const kernels = { with: openKernel(tenantProtocol), without: openKernel(withoutRole) };
  const readWith = (kernel: Tenancy) => (index: number) =>
    kernel.withTenant(ids[index % tenants] ?? "", { readOnly: true }, (db) =>
      db.role.findFirst({ where: { key: "owner" } }),
    );
  const sides = { with: readWith(kernels.with), without: readWith(kernels.without) };
  const samples = await measureSides(sides, { rounds, operations, concurrency: 1, server });
  const added = samples.with.map(
    (sample, round) => totalMs(sample) - totalMs(samples.without[round] ?? sample),
  );
  report({
    name: "tenancy.role.cost",
    details: { roles, use: "later", ...middleMs(samples, totalMs) },
    value: median(added),
    unit: "ms",
    n: rounds * operations,
  });
  await kernels.with.close();
  await kernels.without.close();
}

function openKernel(protocol: Protocol): Tenancy {
  return new Tenancy({
    masterSecret: env().TENANT_KEY_SECRET,
    lanes: 1,
    findPlacement: placementOf,
    pool: appPool,
    protocol,
  });
}
