import { AsyncLocalStorage } from "node:async_hooks";
import type pg from "pg";
import type { Placement } from "./placement.ts";

type Wire = { cork(): void; uncork(): void; destroy(): void };

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
  /** The entry itself was refused: what the work saw after that means nothing. */
  entryFailed = false;
  savepoints = 0;
  /** What the work asked to run once it is committed. */
  readonly afterCommit: (() => void)[] = [];
  /** While a nested transaction is open, statements outside it wait here: ROLLBACK TO must undo only its own. */
  turn: Promise<void> = Promise.resolve();

  readonly #wire: Wire;
  #held = false;

  constructor(placement: Placement, readOnly: boolean, connection: pg.PoolClient) {
    this.placement = placement;
    this.readOnly = readOnly;
    this.connection = connection;
    // pg has no public way to its socket; a write kept back saves a packet, a destroyed one ends a hung answer.
    this.#wire = (connection as unknown as { connection: { stream: Wire } }).connection.stream;
  }

  /** Keeps back what is sent, until `flush`: the entry then leaves in one packet with the first statement. */
  hold(): void {
    this.#wire.cork();
    this.#held = true;
  }

  flush(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#wire.uncork();
  }

  /** Drops the connection at once; the server ends its transaction when it notices. */
  cut(reason: Error): void {
    this.fail(reason);
    this.open = false;
    this.#wire.destroy();
  }

  fail(error: unknown): void {
    if (this.failure || !(error instanceof Error)) return;
    const code = "code" in error && typeof error.code === "string" ? error.code : "";
    this.failure = { code, error };
  }
}

/** The scope that the running code is in. */
export const currentScope = new AsyncLocalStorage<Scope>();
