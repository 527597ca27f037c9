import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { AppError } from "../platform/errors.ts";
import { Entries } from "./entries.ts";
import { Lane, type MakeClient, type TenantClient } from "./lane.ts";
import { LaneQueue } from "./lane-queue.ts";
import { PlacementCache, type FindPlacement, type Placement } from "./placement.ts";
import { guardRefusal, tenantProtocol, type Protocol } from "./protocol.ts";
import { currentScope, Scope } from "./scope.ts";
import { simpleMessage, type Answer, type Message } from "./statement.ts";
import { isTimeout, isTransient, StaleAccess, StaleBelief } from "./failures.ts";
import type { ReadDb, TenantDb } from "./tenant-db.ts";

/** How long, how often and how much: every limit of a tenant transaction. */
export type TenancyLimits = {
  /** Whole transaction, in milliseconds; then its connection is cut. */
  deadlineMs: number;
  statementTimeoutMs: number;
  lockTimeoutMs: number;
  idleTimeoutMs: number;
  /** Waiting for a free lane, in milliseconds. */
  laneWaitMs: number;
  /** Callers that may wait for a lane at once; a further one is refused. */
  laneWaitersMax: number;
  /** Tries of one transaction, the first included, when it fails in a way that passes. */
  attemptsMax: number;
};

export const defaultLimits: TenancyLimits = {
  deadlineMs: 20_000,
  statementTimeoutMs: 10_000,
  lockTimeoutMs: 4_000,
  idleTimeoutMs: 10_000,
  laneWaitMs: 5_000,
  laneWaitersMax: 1_000,
  attemptsMax: 4,
};

/** For how long a tenant is taken to be closed without looking again. */
const closedMs = 1_000;

/** What the outside hears of the kernel: counted as metrics. */
export type TenancyWatch = {
  guardRefused?(placement: Placement): void;
  retried?(reason: string): void;
  afterCommitFailed?(error: unknown): void;
};

export type TenancyParts = {
  masterSecret: string;
  lanes: number;
  findPlacement: FindPlacement;
  /** The pool of one shard, whose login is astra_app. Throws for an unknown shard. */
  pool(shardId: string): pg.Pool;
  protocol?: Protocol;
  /** Another Prisma client than the product's, to hold the lanes against. */
  makeClient?: MakeClient;
  limits?: Partial<TenancyLimits>;
  watch?: TenancyWatch;
};

export type ScopeOptions = {
  readOnly: boolean;
  /** Version of roles and members that the caller's permission was read at. */
  accessVersion?: number;
  deadlineMs?: number;
};

/** The kernel: the one way in which code reaches the data of an organization. */
export class Tenancy {
  readonly #parts: TenancyParts;
  readonly #limits: TenancyLimits;
  readonly #protocol: Protocol;
  readonly #placements: PlacementCache;
  readonly #entries: Entries;
  readonly #farewell: { leave: Message; abandon: Message };
  readonly #queue: LaneQueue;

  constructor(parts: TenancyParts) {
    this.#parts = parts;
    this.#limits = { ...defaultLimits, ...parts.limits };
    this.#protocol = parts.protocol ?? tenantProtocol;
    this.#placements = new PlacementCache(parts.findPlacement);
    this.#entries = new Entries(parts.masterSecret, this.#protocol);
    const { leave, abandon } = this.#protocol;
    this.#farewell = { leave: simpleMessage(leave), abandon: simpleMessage(abandon) };
    this.#queue = new LaneQueue(
      parts.lanes,
      () => Lane.create(this.#protocol, parts.makeClient),
      this.#limits,
    );
  }

  /**
   * Runs `work` inside one transaction of one tenant and commits it. A scope of the same tenant is joined.
   * Failures that pass (serialization, deadlock, lost connection) run `work` again, so it must act on
   * nothing but the database. Throws AppError (no_tenant, tenant_conflict, organization_suspended, …),
   * StaleAccess when roles or members changed, and whatever `work` throws.
   */
  withTenant<Result>(
    tenantId: string,
    options: ScopeOptions & { readOnly: true },
    work: (db: ReadDb) => Promise<Result>,
  ): Promise<Result>;
  withTenant<Result>(
    tenantId: string,
    options: ScopeOptions & { readOnly: false },
    work: (db: TenantDb) => Promise<Result>,
  ): Promise<Result>;
  async withTenant<Result>(
    tenantId: string,
    options: ScopeOptions,
    work: (db: TenantDb) => Promise<Result>,
  ): Promise<Result> {
    if (!tenantId) throw new AppError("INTERNAL", "no_tenant", "No organization was named.");
    const outer = currentScope.getStore();
    if (outer?.open) return this.#join(outer, tenantId, options, work);
    let believed: number | undefined;
    for (let attempt = 1; ; attempt++) {
      const placement = await this.#usablePlacement(tenantId, options.readOnly);
      // A version of another epoch says nothing in this one: what was read then is read again.
      const another = believed !== undefined && believed !== placement.epoch;
      if (another && options.accessVersion !== undefined) throw new StaleAccess();
      believed = placement.epoch;
      let stay: { result: Result; afterCommit: (() => void)[] };
      try {
        stay = await this.#queue.use((lane) => this.#stay(lane, placement, options, work));
      } catch (error) {
        if (attempt >= this.#limits.attemptsMax) throw settled(error);
        if (error instanceof StaleBelief) {
          this.#parts.watch?.guardRefused?.(placement);
          this.#placements.forget(tenantId);
        } else if (!isTransient(error)) throw settled(error);
        this.#parts.watch?.retried?.(error instanceof StaleBelief ? "guard" : "transient");
        await sleep(5 * 2 ** attempt * (0.5 + Math.random()));
        continue;
      }
      this.#afterCommit(stay.afterCommit);
      return stay.result;
    }
  }

  /** What is committed stays a success, whatever its callbacks do. */
  #afterCommit(callbacks: (() => void)[]): void {
    for (const callback of callbacks) {
      try {
        callback();
      } catch (error) {
        this.#parts.watch?.afterCommitFailed?.(error);
      }
    }
  }

  /** The epoch that this process believes a tenant to be in; null where there is none. What is cached names it. */
  async epochOf(tenantId: string): Promise<number | null> {
    return (await this.#placements.get(tenantId))?.epoch ?? null;
  }

  /** Forgets what is believed of a tenant; the next entry reads its placement again. */
  forget(tenantId: string): void {
    this.#placements.forget(tenantId);
  }

  /** Waits for running scopes and disposes of the lanes; the pools belong to their maker. */
  async close(): Promise<void> {
    await this.#queue.close();
  }

  #lanesOf = new WeakMap<Scope, TenantClient>();

  async #join<Result>(
    outer: Scope,
    tenantId: string,
    options: ScopeOptions,
    work: (db: TenantDb) => Promise<Result>,
  ): Promise<Result> {
    const client = this.#lanesOf.get(outer);
    if (outer.placement.tenantId !== tenantId || !client) {
      throw new AppError("INTERNAL", "tenant_conflict", "A tenant scope cannot open inside another one.");
    }
    if (outer.readOnly && !options.readOnly) {
      throw new AppError("INTERNAL", "read_only_scope", "A read-only scope cannot be joined to write.");
    }
    return work(client);
  }

  async #usablePlacement(tenantId: string, readOnly: boolean): Promise<Placement> {
    let placement = await this.#placements.get(tenantId);
    const open = placement?.state === "active" || (readOnly && placement?.state === "read_only");
    // No guard is asked behind a closed door, so what closed it must not be believed for long.
    if (placement && !open) placement = await this.#placements.get(tenantId, closedMs);
    if (!placement) throw new AppError("NOT_FOUND", "no_tenant", "This organization does not exist.");
    switch (placement.state) {
      case "active":
        return placement;
      case "read_only":
        if (readOnly) return placement;
        throw new AppError(
          "FORBIDDEN",
          "organization_read_only",
          "This organization is read-only at present.",
        );
      case "suspended":
        throw new AppError("FORBIDDEN", "organization_suspended", "This organization is suspended.");
      case "moving":
        throw new AppError(
          "UNAVAILABLE",
          "organization_moving",
          "This organization is being moved. Try again.",
        );
      case "provisioning":
        throw new AppError("UNAVAILABLE", "organization_preparing", "This organization is being prepared.");
      case "erasing":
        throw new AppError("NOT_FOUND", "no_tenant", "This organization does not exist.");
      default:
        return placement.state satisfies never;
    }
  }

  async #stay<Result>(
    lane: Lane,
    placement: Placement,
    options: ScopeOptions,
    work: (db: TenantDb) => Promise<Result>,
  ): Promise<{ result: Result; afterCommit: (() => void)[] }> {
    // Built before a connection is taken: a throw here must have nothing to give back.
    const { readOnly, accessVersion } = options;
    const entry = this.#entries.get({ placement, readOnly, accessVersion, ...this.#limits });
    const connection = await this.#parts.pool(placement.shardId).connect();
    const scope = new Scope(placement, readOnly, connection, entry);
    const broken = (error: Error) => scope.fail(error);
    connection.on("error", broken);
    const deadlineMs = options.deadlineMs ?? this.#limits.deadlineMs;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const error = new AppError(
        "UNAVAILABLE",
        "deadline",
        `The transaction took longer than ${deadlineMs} ms.`,
      );
      scope.cut(error);
      late.reject(error);
    }, deadlineMs);
    let unusable: Error | true | undefined;
    try {
      lane.serve(scope);
      this.#lanesOf.set(scope, lane.client);
      const result = await Promise.race([
        currentScope.run(scope, async () => work(lane.client)),
        late.promise,
      ]);
      // Work that asked nothing has not met the guard.
      if (!scope.entered) await scope.query({ text: "SELECT" });
      if (scope.readOnly && !scope.failure && scope.operations === 0) {
        scope.open = false;
        scope.leaveLater(this.#farewell.leave);
      } else await this.#commit(scope);
      return { result, afterCommit: scope.afterCommit };
    } catch (error) {
      scope.open = false;
      unusable = await rollBack(scope, this.#farewell.abandon);
      throw rootCause(scope, options, error);
    } finally {
      clearTimeout(timer);
      scope.open = false;
      lane.serve(undefined);
      connection.off("error", broken);
      connection.release(scope.operations > 0 ? true : unusable);
    }
  }

  async #commit(scope: Scope): Promise<void> {
    if (scope.operations > 0) {
      throw new AppError("INTERNAL", "query_not_awaited", "A query was still running when its scope ended.");
    }
    scope.open = false;
    // Lost before anything was asked to commit: nothing is unknown about it, and it may run again.
    if (scope.failure && isTransient(scope.failure.error, "connection")) throw scope.failure.error;
    let answer: Answer;
    try {
      answer = await scope.leave(this.#farewell.leave);
    } catch (error) {
      if (hasCode(error, abortedTransaction)) throw rolledBack(scope);
      if (!scope.readOnly && isTransient(error, "connection")) throw commitUnknown(error);
      throw error;
    }
    // COMMIT of an aborted transaction answers ROLLBACK, without an error.
    if (answer.command !== "COMMIT") throw rolledBack(scope);
  }
}

/** Leaves nothing open on the connection; answers the reason to destroy it, if there is one. */
async function rollBack(scope: Scope, abandon: Message): Promise<Error | undefined> {
  if (scope.lost || !scope.entered) return scope.lost;
  try {
    await scope.leave(abandon);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error("rollback failed");
  }
}

const abortedTransaction = "25P02";

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** The work caught an error of the database and went on: nothing of it was kept, and that must be heard. */
function rolledBack(scope: Scope): AppError {
  const message = "The transaction was rolled back.";
  return new AppError("INTERNAL", "rolled_back", message, { cause: scope.failure?.error });
}

function commitUnknown(cause: unknown): AppError {
  const message =
    "The connection was lost while saving. Look whether the change is there before you repeat it.";
  return new AppError("UNAVAILABLE", "commit_unknown", message, { cause });
}

/** What really went wrong: the server's first error counts, not the ones that it caused. */
function rootCause(scope: Scope, options: ScopeOptions, error: unknown): unknown {
  const first = scope.failure ?? (isFromPrisma(error) ? scope.undone : undefined);
  if (first?.code === guardRefusal) {
    const { epoch, state } = scope.placement;
    const found = /\[(.*)\]/.exec(first.error.message)?.[1] ?? "";
    const [foundEpoch, foundState] = found.split("/");
    const sameTenant = foundEpoch === String(epoch) && foundState === state;
    return sameTenant && options.accessVersion !== undefined ? new StaleAccess() : new StaleBelief(found);
  }
  // Role, schema or guard are not where they were: erased or moved. The directory is asked again.
  if (first && scope.entryFailed && !isTransient(first.error)) return new StaleBelief("", first.error);
  if (error instanceof AppError && error.reason !== "rolled_back") return error;
  if (!first) return error;
  if (first.error instanceof AppError || isTransient(first.error) || isTimeout(first.error))
    return first.error;
  return error;
}

/** Prisma wraps what the server said, so the failure itself is not recognized in it. */
function isFromPrisma(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith("PrismaClient");
}

/** Turns what is left after the last try into an answer for the caller. */
function settled(error: unknown): unknown {
  if (error instanceof StaleBelief) {
    return new AppError("UNAVAILABLE", "tenant_guard", "This organization is changing. Try again.", {
      cause: error,
    });
  }
  if (isTransient(error)) {
    return new AppError("UNAVAILABLE", "try_again", "The database was busy. Try again.", { cause: error });
  }
  if (isTimeout(error)) {
    return new AppError("UNAVAILABLE", "timeout", "The database took too long. Try again.", { cause: error });
  }
  return error;
}
