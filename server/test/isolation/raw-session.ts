import pg from "pg";
import { tenantProtocol, type Protocol } from "../../tenancy/protocol.ts";
import { defaultLimits } from "../../tenancy/tenancy.ts";
import type { Neighbour } from "./world.ts";

export type Answer = {
  rows: Record<string, unknown>[];
  /** Rows that the statement says it touched. */
  count: number;
  error: string | undefined;
  code: string | undefined;
};

const nothing: Answer = { rows: [], count: 0, error: undefined, code: undefined };

/**
 * One connection of the application's login that enters and leaves tenants with the kernel's own words, and
 * says in between whatever it likes: what the walls behind the kernel's filter of statements must bear.
 */
export class RawSession {
  readonly #client: pg.Client;
  readonly #protocol: Protocol;
  #failed = false;

  private constructor(client: pg.Client, protocol: Protocol) {
    this.#client = client;
    this.#protocol = protocol;
  }

  static async open(url: string, protocol: Protocol = tenantProtocol): Promise<RawSession> {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    await client.connect();
    return new RawSession(client, protocol);
  }

  async enter(neighbour: Neighbour, options: { readOnly?: boolean } = {}): Promise<void> {
    const batch = this.#protocol.enter({
      ...defaultLimits,
      placement: neighbour.placement,
      key: neighbour.key,
      readOnly: options.readOnly ?? false,
      accessVersion: undefined,
    });
    this.#failed = false;
    await this.#client.query(batch.begin);
    for (const statement of batch.statements) await this.#client.query(statement);
  }

  /** Says one text, of one statement or several; answers rows, or why not. A failure ends the transaction. */
  async say(sql: string): Promise<Answer> {
    try {
      const answers: pg.QueryResult | pg.QueryResult[] = await this.#client.query(sql);
      const last = Array.isArray(answers) ? answers.at(-1) : answers;
      return { ...nothing, rows: last?.rows ?? [], count: last?.rowCount ?? 0 };
    } catch (error) {
      this.#failed = true;
      const { message, code } = error as pg.DatabaseError;
      return { ...nothing, error: message, code };
    }
  }

  /** The same within a savepoint, so that a refusal ends nothing. */
  async attempt(sql: string): Promise<Answer> {
    await this.#client.query("SAVEPOINT attempt");
    const answer = await this.say(sql);
    if (answer.error !== undefined) {
      await this.#client.query("ROLLBACK TO SAVEPOINT attempt");
      this.#failed = false;
    }
    return answer;
  }

  async leave(): Promise<void> {
    await this.#client.query(this.#failed ? this.#protocol.abandon : this.#protocol.leave);
  }

  /** Enters, says all and leaves; answers what came last. */
  async within(neighbour: Neighbour, ...statements: string[]): Promise<Answer> {
    await this.enter(neighbour);
    let answer = nothing;
    for (const sql of statements) {
      answer = await this.say(sql);
      if (answer.error !== undefined) break;
    }
    await this.leave();
    return answer;
  }

  async end(): Promise<void> {
    await this.#client.end().catch(() => {});
  }
}
