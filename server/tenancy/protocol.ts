import type pg from "pg";
import { checkedSchemaName } from "./names.ts";
import type { Placement } from "./placement.ts";
import type { Scope } from "./scope.ts";

/** The schema name that Prisma believes in. It stands in engine-made SQL only, and is cut out there. */
export const sentinelSchema = "__tenant__";
const sentinelQualifier = `"${sentinelSchema}".`;

/** SQLSTATE that the guard raises when a process's belief about a tenant is stale. */
export const guardRefusal = "AT001";

export type Entry = {
  placement: Placement;
  key: string;
  readOnly: boolean;
  /** Version of roles and members on which the caller decided; undefined for acts of the system. */
  accessVersion: number | undefined;
  statementTimeoutMs: number;
  lockTimeoutMs: number;
  idleTimeoutMs: number;
};

export type EntryBatch = { begin: string; statements: pg.QueryConfig[] };

/** What isolation rests on in this process: what is said on entering and leaving, and who may speak. */
export type Protocol = {
  enter(entry: Entry): EntryBatch;
  /** Commits, and leaves nothing on the connection that was typed into the scope. */
  leave: string;
  /** The same after a failure, without the commit. */
  abandon: string;
  unqualify(sql: string): string;
  /** Whether code that runs in `running` may use what belongs to `scope`. */
  isInside(scope: Scope, running: Scope | undefined): boolean;
};

// At the level of the session: settings, held cursors, prepared statements, channels. Typed into one scope,
// each of them would survive its COMMIT and meet the next tenant on this connection.
const clean = "RESET ROLE; RESET ALL; CLOSE ALL; DEALLOCATE ALL; UNLISTEN *";

export const tenantProtocol: Protocol = {
  enter(entry) {
    const schema = checkedSchemaName(entry.placement.schema);
    const { epoch, state } = entry.placement;
    const version = entry.accessVersion;
    return {
      begin: entry.readOnly ? "BEGIN READ ONLY" : "BEGIN",
      statements: [
        {
          text: "SELECT astra.enter($1, $2, $3, $4, $5, $6, $7, $8)",
          // The key travels as a bound value: statement text is seen in logs and in pg_stat_activity.
          values: [
            schema,
            `${schema}, pg_temp`,
            entry.key,
            String(entry.statementTimeoutMs),
            String(entry.lockTimeoutMs),
            String(entry.idleTimeoutMs),
            version === undefined ? `${epoch}/${state}` : `${epoch}/${state}/${version}`,
            version !== undefined,
          ],
        },
      ],
    };
  },

  leave: `${clean}; COMMIT`,

  abandon: `ROLLBACK; ${clean}`,

  unqualify(sql) {
    return sql.includes(sentinelQualifier) ? sql.replaceAll(sentinelQualifier, "") : sql;
  },

  isInside(scope, running) {
    return running === scope;
  },
};

const allowedKeywords = /^[\s(]*(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b/i;

/**
 * Whether a statement is of a kind that a tenant scope runs; the extended protocol holds it to one. A
 * leading comment is refused too: PostgreSQL's comments nest, and could hide a COMMIT from this check.
 */
export function isAllowedSql(sql: string): boolean {
  return allowedKeywords.test(sql);
}
