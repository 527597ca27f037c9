import { AsyncLocalStorage } from "node:async_hooks";
import type pg from "pg";
import type { Placement } from "./placement.ts";

/**
 * One stay in one tenant: a transaction on one connection. The scope is checked through
 * AsyncLocalStorage and never found by it: the lane knows its scope, the caller must prove to be in it.
 */
export class Scope {
  readonly placement: Placement;
  readonly readOnly: boolean;
  readonly connection: pg.PoolClient;
  open = true;
  /** Prisma operations that began and have not ended: more than none at the end is a forgotten await. */
  operations = 0;
  /** First error that the server answered in this scope; its SQLSTATE decides about a retry. */
  failure: { code: string; error: Error } | undefined;
  savepoints = 0;
  /** While a nested transaction is open, statements outside it wait here: ROLLBACK TO must undo only its own. */
  turn: Promise<void> = Promise.resolve();

  constructor(placement: Placement, readOnly: boolean, connection: pg.PoolClient) {
    this.placement = placement;
    this.readOnly = readOnly;
    this.connection = connection;
  }

  fail(error: unknown): void {
    if (this.failure || !(error instanceof Error)) return;
    const code = "code" in error && typeof error.code === "string" ? error.code : "";
    this.failure = { code, error };
  }
}

/** The scope that the running code is in. */
export const currentScope = new AsyncLocalStorage<Scope>();
