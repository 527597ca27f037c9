import pg from "pg";
import { serialize } from "pg-protocol";
import type { EntryBatch } from "./protocol.ts";

/** What the server answered to one statement. Rows are arrays, in the order of the fields. */
export type Answer = {
  /** The first word of what was done: SELECT, INSERT, COMMIT … */
  command: string;
  rowCount: number;
  fields: { name: string; dataTypeID: number }[];
  rows: unknown[][];
};

/** How the text of a column is read, by the type of the column. */
type Parsers = { getTypeParser(typeId: number, format: string): (text: string) => unknown };

/** A statement with its values, as Prisma's adapter hands it over. */
export type StatementConfig = { text: string; values?: unknown[]; types?: Parsers };

/** Messages that are ready to be sent, and how many statements of theirs the server will answer. */
export type Message = { bytes: Buffer; statements: number };

/**
 * The entry as messages of the extended protocol, without a Sync at the end: the one of the first statement
 * ends both, so that they are one exchange with one answer, and a refused entry is that statement's error.
 */
export function entryMessage({ begin, statements }: EntryBatch): Message {
  const all = [{ text: begin, values: [] }, ...statements];
  const parts = all.flatMap(({ text, values = [] }) => [
    serialize.parse({ text }),
    serialize.bind({ values: values.map((value) => (value === null ? null : String(value))) }),
    serialize.execute(),
  ]);
  return { bytes: Buffer.concat(parts), statements: all.length };
}

/** Several statements in one message of the simple protocol. */
export function simpleMessage(text: string): Message {
  return { bytes: serialize.query(text), statements: 0 };
}

type Connection = { stream: { cork(): void; uncork(): void; write(bytes: Buffer): void } };
type Field = { name: string; dataTypeID: number; format: string };

/** pg's own query, with the methods that its client calls; the published types leave most of them out. */
type PgQuery = { text: string; values: unknown[] | undefined; prepare(connection: Connection): void };
const PgQuery = pg.Query as unknown as new (text: string) => PgQuery;
// pg's types know the built-in numbers of types alone.
const ownTypes = pg.types as unknown as Parsers;

/**
 * One exchange on a connection: what stands before (the entry), then one statement in the extended protocol,
 * which takes one alone: the simple one would run what is typed behind a semicolon. Answers rows as arrays
 * and does without what pg's own query prepares for rows as objects.
 */
export class Exchange extends PgQuery {
  readonly #before: Message | undefined;
  readonly #types: Parsers;
  readonly #settle: { resolve(answer: Answer): void; reject(error: unknown, inEntry: boolean): void };
  readonly #answer: Answer = { command: "", rowCount: 0, fields: [], rows: [] };
  #skipped: number;
  #sent = false;
  #parsers: ((text: string) => unknown)[] = [];
  #unreadable: unknown;

  constructor(
    before: Message | undefined,
    statement: StatementConfig | undefined,
    settle: { resolve(answer: Answer): void; reject(error: unknown, inEntry: boolean): void },
  ) {
    // As text: pg would copy a configuration object property by property.
    super(statement?.text ?? "");
    this.values = statement?.values;
    this.#types = statement?.types ?? ownTypes;
    this.#before = before;
    this.#skipped = before?.statements ?? 0;
    this.#settle = settle;
  }

  submit(connection: Connection): null {
    const { stream } = connection;
    stream.cork();
    try {
      if (this.#before) stream.write(this.#before.bytes);
      if (this.text !== "") this.prepare(connection);
      this.#sent = true;
    } finally {
      stream.uncork();
    }
    return null;
  }

  handleRowDescription({ fields }: { fields: Field[] }): void {
    this.#answer.fields = fields;
    this.#parsers = fields.map(({ dataTypeID, format }) => this.#types.getTypeParser(dataTypeID, format));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    if (this.#skipped > 0 || this.#unreadable) return;
    try {
      this.#answer.rows.push(
        fields.map((value, index) => (value === null ? null : this.#parsers[index]?.(value))),
      );
    } catch (error) {
      this.#unreadable = error;
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    if (this.#skipped > 0) {
      this.#skipped--;
      return;
    }
    const end = text.indexOf(" ");
    this.#answer.command = end < 0 ? text : text.slice(0, end);
    this.#answer.rowCount = end < 0 ? 0 : Number(text.slice(text.lastIndexOf(" ") + 1));
  }

  handleReadyForQuery(): void {
    if (this.#unreadable) this.#settle.reject(this.#unreadable, false);
    else this.#settle.resolve(this.#answer);
  }

  handleError(error: unknown): void {
    // A value that cannot be written is refused here already, and is no answer to the entry.
    this.#settle.reject(error, this.#sent && this.#skipped > 0);
  }
}
