/** The guard row differs from what this process believed of the tenant. */
export class StaleBelief extends Error {
  constructor(found: string, cause?: Error) {
    super(found === "" ? "the guard row was not seen" : `the guard row says ${found}`, { cause });
    this.name = "StaleBelief";
  }
}

/** Roles or members changed since the caller's permissions were read: read them again and decide anew. */
export class StaleAccess extends Error {
  constructor() {
    super("roles or members changed");
    this.name = "StaleAccess";
  }
}

const contention = new Set(["40001", "40P01"]);
const connection = new Set([
  "57P01",
  "57P02",
  "57P03",
  "57P05",
  "25P03",
  "53300",
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
]);

/** A lock, a statement or a free connection was waited for too long: the same again may well succeed. */
export function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? error.code : undefined;
  return code === "55P03" || code === "57014" || error.message === "timeout exceeded when trying to connect";
}

/**
 * Whether a failed transaction may succeed when it is run again: serialization failure, deadlock, or a
 * connection that was lost (SQLSTATE classes 40 and 08, PostgreSQL's appendix A).
 */
export function isTransient(error: unknown, kind: "any" | "connection" = "any"): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (kind === "any" && contention.has(code)) return true;
  if (connection.has(code) || code.startsWith("08")) return true;
  return /^Connection terminated|not queryable|Client was closed/.test(error.message);
}
