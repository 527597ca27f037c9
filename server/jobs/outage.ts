import { isTransient } from "../tenancy/failures.ts";

// Prisma: not reachable, timed out, closed by the server. The adapter's own names stand in `kind`.
const prismaCodes = new Set(["P1001", "P1002", "P1008", "P1017"]);
const adapterKinds = new Set(["DatabaseNotReachable", "ConnectionClosed", "SocketTimeout"]);
const depthMax = 8;

/**
 * Whether a try failed because PostgreSQL or Redis was away: no fault of the job, so it need not count. A deadlock
 * or a serialization failure is not: the kernel has tried those again already.
 */
export function isOutage(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; depth < depthMax && cause && typeof cause === "object"; depth++) {
    const { code, kind, name, message, cause: deeper } = cause as Record<string, unknown>;
    if (isTransient(cause, "connection")) return true;
    if (typeof code === "string" && prismaCodes.has(code)) return true;
    if (typeof kind === "string" && adapterKinds.has(kind)) return true;
    if (name === "MaxRetriesPerRequestError") return true;
    if (message === "Connection is closed." || message === "Command timed out") return true;
    cause = deeper;
  }
  return false;
}
