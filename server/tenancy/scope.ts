import { AsyncLocalStorage } from "node:async_hooks";
import type pg from "pg";
import type { Placement } from "./placement.ts";
import { Exchange, type Answer, type Message, type StatementConfig } from "./statement.ts";

type Failure = { code: string; error: Error };
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
  failure: Failure | undefined;
  /** One that a nested transaction undid. When the work fails of it all the same, it decides as well. */
  undone: Failure | undefined;
  /** The entry itself was refused: what the work saw after that means nothing. */
  entryFailed = false;
  savepoints = 0;
  /** What the work asked to run once it is committed. */
  readonly afterCommit: (() => void)[] = [];
  /** While a nested transaction is open, statements outside it wait here: ROLLBACK TO must undo only its own. */
  turn: Promise<void> = Promise.resolve();

  /** Why the connection was dropped, if it was: nobody may get it any more. */
  lost: Error | undefined;

  readonly #wire: Wire;
  #entry: Message | undefined;

  constructor(placement: Placement, readOnly: boolean, connection: pg.PoolClient, entry: Message) {
    this.placement = placement;
    this.readOnly = readOnly;
    this.connection = connection;
    this.#entry = entry;
    // pg has no public way to its socket; a write kept back saves a packet, a destroyed one ends a hung answer.
    this.#wire = (connection as unknown as { connection: { stream: Wire } }).connection.stream;
  }

  /** Whether the server has been told of this scope. */
  get entered(): boolean {
    return this.#entry === undefined;
  }

  /** Sends one statement; the first one carries the entry with it. A failure is noted, and thrown. */
  query(statement: StatementConfig): Promise<Answer> {
    const entry = this.#entry;
    this.#entry = undefined;
    return this.#exchange(entry, statement);
  }

  /** Sends what leaves this scope. Only an entered scope can be left. */
  leave(message: Message): Promise<Answer> {
    return this.#exchange(message, undefined);
  }

  #exchange(before: Message | undefined, statement: StatementConfig | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const refuse = (error: unknown, inEntry: boolean) => {
        if (inEntry) this.entryFailed ||= this.failure === undefined && this.open;
        this.fail(error);
        reject(error);
      };
      this.connection.query(new Exchange(before, statement, { resolve, reject: refuse }));
    });
  }

  /**
   * Sends what leaves this scope without waiting for the answer. It is kept back until the present tick's work
   * is done, so that on a busy connection it travels with the next entry.
   */
  leaveLater(message: Message): void {
    this.#wire.cork();
    // Whoever is next on this connection must not meet what is left of this scope.
    this.leave(message).catch((error: Error) => this.cut(error));
    setImmediate(() => this.#wire.uncork());
  }

  /** Drops the connection at once; the server ends its transaction when it notices. */
  cut(reason: Error): void {
    this.fail(reason);
    this.open = false;
    this.lost = reason;
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
