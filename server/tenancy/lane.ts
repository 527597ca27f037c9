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

export type TenantClient = Omit<PrismaClient, "$connect" | "$disconnect" | "$on" | "$extends">;

/** Makes the Prisma client of one lane over its adapter. */
export type MakeClient = (adapter: SqlDriverAdapterFactory) => PrismaClient;

// Prisma's own limits of a nested transaction would end it after 5 s; the deadline of its scope decides.
const nestedLimitMs = 600_000;

const makeTenantClient: MakeClient = (adapter) =>
  new PrismaClient({ adapter, transactionOptions: { maxWait: nestedLimitMs, timeout: nestedLimitMs } });

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
    adapter.bindPromises(this.#prisma);
    // Prisma merges lookups of one tick before they reach the adapter, so a caller that is in another
    // scope (or in none) must be turned away here, before it can share a batch.
    const checked = this.#prisma.$extends({
      query: { $allOperations: ({ args, query }) => adapter.operation(() => query(args)) },
    });
    // The extension adds no model, field or method: the shape stays that of the client.
    this.client = checked as unknown as TenantClient;
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

type CreatePromise = (run: (transaction?: unknown) => unknown, operation?: unknown) => Promise<unknown>;

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
   * Prisma's promises are lazy: one that is made in a scope and awaited in a later one on this lane would run
   * there, and write the first tenant's values into the second. So each remembers where it was made. Prisma
   * shows no other place where making and running can be told apart. Throws when this one is gone.
   */
  bindPromises(prisma: PrismaClient): void {
    const inner = prisma as unknown as { _createPrismaPromise?: CreatePromise };
    const create = inner._createPrismaPromise;
    if (!create) throw new Error("this version of Prisma makes its promises in another way");
    inner._createPrismaPromise = (run, operation) => {
      const home = currentScope.getStore();
      return create((transaction) => {
        if (!home || !this.#protocol.isInside(home, currentScope.getStore())) throw outsideScope();
        return run(transaction);
      }, operation);
    };
  }

  async operation<Result>(run: () => Promise<Result>): Promise<Result> {
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
    scope.connection.query(`SAVEPOINT ${name}`).catch((error: unknown) => scope.fail(error));
    const finish = async (sql: string) => {
      try {
        await this.#proven().connection.query(sql);
      } catch (error) {
        scope.fail(error);
        throw error;
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
        // What failed inside was undone with it: it no longer decides about the scope.
        scope.failure = failureBefore;
        return finish(`ROLLBACK TO SAVEPOINT ${name}`);
      },
      createSavepoint: (inner) => this.#savepoint("SAVEPOINT", inner),
      rollbackToSavepoint: (inner) => this.#savepoint("ROLLBACK TO SAVEPOINT", inner),
      releaseSavepoint: (inner) => this.#savepoint("RELEASE SAVEPOINT", inner),
    };
  }

  async #savepoint(command: string, name: string): Promise<void> {
    if (!/^[a-z_][a-z0-9_]{0,62}$/i.test(name)) throw new TypeError("not a savepoint name");
    const scope = this.#proven();
    await scope.connection.query(`${command} ${name}`).catch((error: unknown) => {
      scope.fail(error);
      throw error;
    });
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
  const query = async (statement: pg.QueryConfig) => {
    const scope = lend.scope();
    try {
      // The extended protocol takes one statement; the simple one would run what is typed behind a semicolon.
      const answer = scope.connection.query({ ...statement, queryMode: "extended" } as pg.QueryConfig);
      scope.flush();
      return await answer;
    } catch (error) {
      scope.fail(error);
      throw error;
    }
  };
  // Prisma's adapter calls query(config) alone, of all the overloads.
  pool.query = query as unknown as pg.Pool["query"];
  return pool;
}
