import pg from "pg";
import { closeOwnerPools, ownerPool } from "../../fleet/owner.ts";
import { provisionTenant } from "../../fleet/provision.ts";
import { closePlatformDb, platformDb } from "../../platform/database.ts";
import { requiredEnv } from "../../platform/env.ts";
import { tenantKey } from "../../tenancy/key.ts";
import type { MakeClient } from "../../tenancy/lane.ts";
import type { FindPlacement, Placement } from "../../tenancy/placement.ts";
import { tenantProtocol, type Protocol } from "../../tenancy/protocol.ts";
import { Tenancy, type TenancyLimits } from "../../tenancy/tenancy.ts";
import { placementOf } from "../entered.ts";
import { plantSql } from "./canaries.ts";
import { RawSession } from "./raw-session.ts";

/** One of two tenants whose rows have equal keys and different canaries. */
export type Neighbour = { placement: Placement; schema: string; key: string; canary: string };

/** A kernel of its own, with its pool and what it counted. */
export type Kernel = {
  tenancy: Tenancy;
  pool: pg.Pool;
  /** Text of every statement that left this process. */
  sent: string[];
  refusals: number;
  retries: string[];
};

export type KernelOptions = {
  /** Lanes and connections; PgBouncer has one behind it, whatever this says. */
  size?: number;
  /** Connections, where they are to differ from the lanes. */
  connections?: number;
  /** How long a free connection is waited for. */
  connectMs?: number;
  limits?: Partial<TenancyLimits>;
  protocol?: Protocol;
  makeClient?: MakeClient;
  findPlacement?: FindPlacement;
  masterSecret?: string;
  /** Another way to the database than the world's. */
  url?: string;
};

/** Two neighbours behind one door to the database, and what opens from there. */
export class World {
  readonly a: Neighbour;
  readonly b: Neighbour;
  readonly url: string;
  /** The kernel of facts that need no other; a mutation puts its own in this place. */
  kernel: Kernel;
  /** What this world's raw sessions say on entering and leaving. */
  protocol: Protocol = tenantProtocol;
  /** Always the product's own kernel: looks what became of the rows. */
  readonly sound: Kernel;
  readonly #kernels = new Set<Kernel>();
  readonly #sessions = new Set<RawSession>();

  private constructor(url: string, a: Neighbour, b: Neighbour) {
    this.url = url;
    this.a = a;
    this.b = b;
    this.sound = this.open({ size: 2 });
    this.kernel = this.open({ size: 4 });
  }

  static async make(url: string, number = 0): Promise<World> {
    const [a, b] = await Promise.all(["a", "b"].map((name, i) => makeNeighbour(name, 2 * number + i)));
    if (!a || !b) throw new Error("two tenants were asked for");
    const world = new World(url, a, b);
    await world.plant();
    return world;
  }

  get tenancy(): Tenancy {
    return this.kernel.tenancy;
  }

  /** Gives both neighbours their rows anew. */
  async plant(): Promise<void> {
    await asAdmin(`BEGIN; ${plantSql(this.a)} ${plantSql(this.b)} COMMIT`);
  }

  open(options: KernelOptions = {}): Kernel {
    const size = options.size ?? 2;
    const sent: string[] = [];
    const pool = new pg.Pool({
      connectionString: options.url ?? this.url,
      max: options.connections ?? size,
      connectionTimeoutMillis: options.connectMs ?? 5_000,
      pipeline: true,
      Client: recordingClient(sent),
    });
    pool.on("error", () => {});
    const tenancy = new Tenancy({
      masterSecret: options.masterSecret ?? requiredEnv("TENANT_KEY_SECRET"),
      lanes: size,
      findPlacement: options.findPlacement ?? findPlacement,
      pool: () => pool,
      ...(options.protocol ? { protocol: options.protocol } : {}),
      ...(options.makeClient ? { makeClient: options.makeClient } : {}),
      ...(options.limits ? { limits: options.limits } : {}),
      watch: {
        guardRefused: () => kernel.refusals++,
        retried: (reason) => kernel.retries.push(reason),
      },
    });
    const kernel: Kernel = { tenancy, pool, sent, refusals: 0, retries: [] };
    this.#kernels.add(kernel);
    return kernel;
  }

  /** Ends one kernel before the others. */
  async shut(kernel: Kernel): Promise<void> {
    this.#kernels.delete(kernel);
    await kernel.tenancy.close();
    await kernel.pool.end();
  }

  /** A connection of the application's login without a kernel; enters as the kernel would. */
  async raw(): Promise<RawSession> {
    const session = await RawSession.open(this.url, this.protocol);
    this.#sessions.add(session);
    return session;
  }

  async endSessions(): Promise<void> {
    for (const session of this.#sessions) await session.end();
    this.#sessions.clear();
  }

  async close(): Promise<void> {
    await this.endSessions();
    for (const kernel of this.#kernels) await this.shut(kernel);
  }
}

/** Ends what all worlds of a file share. */
export async function closeSharedPools(): Promise<void> {
  await adminPool?.end();
  await closePlatformDb();
  await closeOwnerPools();
}

async function findPlacement(tenantId: string): Promise<Placement | null> {
  const row = await platformDb().tenant.findUnique({ where: { id: tenantId } });
  return row && placementOf(row.id);
}

/** A ready tenant of the template, or a new one when those are used up. */
async function makeNeighbour(name: string, index: number): Promise<Neighbour> {
  const ready = await platformDb().tenant.findMany({
    where: { state: "active" },
    orderBy: { createdAt: "asc" },
    select: { id: true },
  });
  const tenantId = ready[index]?.id ?? (await provisionTenant("main"));
  const placement = await placementOf(tenantId);
  return {
    placement,
    schema: placement.schema,
    key: tenantKey(requiredEnv("TENANT_KEY_SECRET"), tenantId, placement.keyVersion),
    canary: `canary-${name}-${index}`,
  };
}

type Ask = (...args: [statement: string | { text: string }, ...rest: unknown[]]) => unknown;

function recordingClient(sent: string[]) {
  // pg's overloads all begin with the statement, as text or in an object.
  const ask = Reflect.get(pg.Client.prototype, "query") as Ask;
  class RecordingClient extends pg.Client {}
  Object.defineProperty(RecordingClient.prototype, "query", {
    value(this: pg.Client, ...args: Parameters<Ask>) {
      sent.push(typeof args[0] === "string" ? args[0] : args[0].text);
      return Reflect.apply(ask, this, args);
    },
  });
  return RecordingClient;
}

/** Runs SQL as the owner of all tenants' tables; row-level security is in force for it as well. */
export async function asOwnerSql<Row extends pg.QueryResultRow>(
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const { rows } = await ownerPool("main").query<Row>(sql, values);
  return rows;
}

let adminPool: pg.Pool | undefined;

/** Runs SQL as the server's administrator, whom nothing holds: to arrange, and to see what really is. */
export async function asAdmin<Row extends pg.QueryResultRow>(
  sql: string,
  values?: unknown[],
): Promise<Row[]> {
  adminPool ??= new pg.Pool({ connectionString: requiredEnv("DATABASE_URL"), max: 2 });
  const answer = await adminPool.query<Row>(sql, values);
  return answer.rows;
}
