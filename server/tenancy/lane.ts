import type {
  ConnectionInfo,
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  SqlQuery,
  SqlResultSet,
  Transaction,
} from "@prisma/driver-adapter-utils";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "#prisma/generated/tenant/client.ts";
import { AppError } from "../platform/errors.ts";
import { isAllowedSql, sentinelSchema, type Protocol } from "./protocol.ts";
import { currentScope, type Scope } from "./scope.ts";
import type { StatementConfig } from "./statement.ts";

export type TenantClient = Omit<PrismaClient, "$connect" | "$disconnect" | "$on" | "$extends">;

/** Makes the Prisma client of one lane over its adapter. */
export type MakeClient = (adapter: SqlDriverAdapterFactory) => PrismaClient;

// Prisma would end a nested transaction after 5 s; the deadline of its scope decides. Waiting for another
// one to end has a bound: inside that one it would wait for itself.
const nestedLimits = { maxWait: 5_000, timeout: 600_000 };

const makeTenantClient: MakeClient = (adapter) =>
  new PrismaClient({ adapter, transactionOptions: nestedLimits });

function outsideScope(): AppError {
  return new AppError("INTERNAL", "tenant_required", "A query ran outside its tenant scope.");
}

/**
 * A Prisma client that serves one tenant scope at a time, over whatever connection is lent to it. A lane
 * is bound to no tenant, shard or login: that is what keeps clients few, however many tenants there are.
 */
export class Lane {
  readonly client: TenantClient;
  readonly #adapter: LaneAdapter;
  readonly #prisma: PrismaClient;

  private constructor(adapter: LaneAdapter, makeClient: MakeClient) {
    this.#adapter = adapter;
    this.#prisma = makeClient({ ...factoryNames, connect: async () => adapter });
    adapter.guard(this.#prisma);
    this.client = this.#prisma;
  }

  static async create(protocol: Protocol, makeClient: MakeClient = makeTenantClient): Promise<Lane> {
    const adapter = await LaneAdapter.create(protocol);
    const lane = new Lane(adapter, makeClient);
    await lane.#prisma.$connect();
    return lane;
  }

  /** Lends a scope's connection to this lane, or takes it back. */
  serve(scope: Scope | undefined): void {
    this.#adapter.scope = scope;
  }

  async dispose(): Promise<void> {
    await this.#prisma.$disconnect();
  }
}

type PrismaDoors = {
  _createPrismaPromise(run: (transaction?: unknown) => unknown, operation?: unknown): Promise<unknown>;
  _request(asked: unknown): Promise<unknown>;
};

const factoryNames = { provider: "postgres", adapterName: "@prisma/adapter-pg" } as const;

class LaneAdapter implements SqlDriverAdapter {
  readonly provider = "postgres";
  readonly adapterName = "@prisma/adapter-pg";
  scope: Scope | undefined;
  readonly #protocol: Protocol;
  readonly #inner: SqlDriverAdapter;

  private constructor(protocol: Protocol, inner: SqlDriverAdapter, lend: LentPool) {
    this.#protocol = protocol;
    this.#inner = inner;
    lend.scope = () => this.#proven();
  }

  static async create(protocol: Protocol): Promise<LaneAdapter> {
    const lend: LentPool = {
      scope: () => {
        throw outsideScope();
      },
    };
    return new LaneAdapter(protocol, await new PrismaPg(lentPool(lend)).connect(), lend);
  }

  /** The scope this lane serves, if the running code is in it. Throws tenant_required otherwise. */
  #proven(): Scope {
    const scope = this.scope;
    if (!scope?.open || !this.#protocol.isInside(scope, currentScope.getStore())) throw outsideScope();
    return scope;
  }

  /**
   * Stands at two doors inside Prisma, which it does not show outside. Its promises are lazy: one that is made
   * in a scope and awaited in a later one on this lane would run there, and write the first tenant's values into
   * the second; so each remembers where it was made. And lookups of one tick are merged before they reach the
   * adapter, so a caller that is in another scope (or in none) is turned away where every operation passes. A
   * public extension sees the same, for an eighth of the CPU of a read. Throws when a door is gone.
   */
  guard(prisma: PrismaClient): void {
    const inner = prisma as unknown as Partial<PrismaDoors>;
    const { _createPrismaPromise: create, _request: request } = inner;
    if (!create || !request) throw new Error("this version of Prisma is made in another way");
    inner._createPrismaPromise = (run, operation) => {
      const home = currentScope.getStore();
      return create((transaction) => {
        if (!home || !this.#protocol.isInside(home, currentScope.getStore())) throw outsideScope();
        return run(transaction);
      }, operation);
    };
    const counted = (ask: () => Promise<unknown>) => this.#operation(ask);
    inner._request = function ask(this: unknown, asked) {
      return counted(() => request.call(this, asked));
    };
  }

  async #operation<Result>(run: () => Promise<Result>): Promise<Result> {
    const scope = this.#proven();
    scope.operations++;
    try {
      return await run();
    } finally {
      scope.operations--;
    }
  }

  async queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    await this.#proven().turn;
    return this.#inner.queryRaw(this.#checked(query));
  }

  async executeRaw(query: SqlQuery): Promise<number> {
    await this.#proven().turn;
    return this.#inner.executeRaw(this.#checked(query));
  }

  #checked(query: SqlQuery): SqlQuery {
    const scope = this.#proven();
    const sql = this.#protocol.unqualify(query.sql);
    if (!isAllowedSql(sql)) {
      const refusal = "This kind of statement does not run in a tenant.";
      scope.fail(new AppError("INTERNAL", "statement_refused", refusal));
      throw new AppError("INTERNAL", "statement_refused", refusal);
    }
    return { ...query, sql };
  }

  /** A transaction inside the scope is a savepoint; one at a time, in the order of asking. */
  async startTransaction(): Promise<Transaction> {
    const scope = this.#proven();
    const before = scope.turn;
    const failureBefore = scope.failure;
    const ended = Promise.withResolvers<void>();
    scope.turn = ended.promise;
    // Open until it is finished: a scope that ended before would commit half of it.
    scope.operations++;
    await before;
    const name = `nested_${++scope.savepoints}`;
    // Not awaited: it travels with the next statement, and if it failed, so would that one.
    scope.query({ text: `SAVEPOINT ${name}` }).catch(() => {});
    const finish = async (sql: string) => {
      try {
        await this.#proven().query({ text: sql });
      } finally {
        scope.operations--;
        ended.resolve();
      }
    };
    return {
      ...factoryNames,
      options: { usePhantomQuery: true },
      // Inside the nested transaction nothing waits: it is its own turn.
      queryRaw: async (query) => this.#inner.queryRaw(this.#checked(query)),
      executeRaw: async (query) => this.#inner.executeRaw(this.#checked(query)),
      commit: () => finish(`RELEASE SAVEPOINT ${name}`),
      rollback: () => {
        // What failed inside was undone with it: it no longer decides about the scope. A refused entry is not.
        if (!scope.entryFailed) {
          scope.undone = scope.failure;
          scope.failure = failureBefore;
        }
        return finish(`ROLLBACK TO SAVEPOINT ${name}`);
      },
      createSavepoint: (inner) => this.#savepoint("SAVEPOINT", inner),
      rollbackToSavepoint: (inner) => this.#savepoint("ROLLBACK TO SAVEPOINT", inner),
      releaseSavepoint: (inner) => this.#savepoint("RELEASE SAVEPOINT", inner),
    };
  }

  async #savepoint(command: string, name: string): Promise<void> {
    if (!/^[a-z_][a-z0-9_]{0,62}$/i.test(name)) throw new TypeError("not a savepoint name");
    await this.#proven().query({ text: `${command} ${name}` });
  }

  async executeScript(): Promise<void> {
    throw new AppError("INTERNAL", "statement_refused", "Scripts do not run in a tenant.");
  }

  getConnectionInfo(): ConnectionInfo {
    return { schemaName: sentinelSchema, supportsRelationJoins: true };
  }

  async dispose(): Promise<void> {
    await this.#inner.dispose();
  }
}

type LentPool = { scope: () => Scope };

/** A pool that opens no connection of its own: Prisma's adapter keeps its type mapping, the lane its scope. */
function lentPool(lend: LentPool): pg.Pool {
  const pool = new pg.Pool({ max: 1 });
  // Prisma's adapter calls query(config) alone, of all the overloads, and asks for rows as arrays.
  pool.query = ((statement: StatementConfig) => lend.scope().query(statement)) as unknown as pg.Pool["query"];
  return pool;
}
