import type { Door, ReadCtx, WriteCtx } from "./context.ts";
import { tenancy } from "./kernel.ts";
import { currentScope } from "./scope.ts";
import type { TenantDb } from "./tenant-db.ts";

/**
 * Runs one verb in one transaction of the door's organization: what it writes, its audit entries and its
 * jobs commit together or not at all. May run the verb again after a failure that passes. Throws what
 * `withTenant` throws.
 */
export function transact<Result>(
  door: Door,
  mode: "read",
  verb: (ctx: ReadCtx) => Promise<Result>,
): Promise<Result>;
export function transact<Result>(
  door: Door,
  mode: "write",
  verb: (ctx: WriteCtx) => Promise<Result>,
): Promise<Result>;
export async function transact<Result>(
  door: Door,
  mode: "read" | "write",
  verb: (ctx: WriteCtx) => Promise<Result>,
): Promise<Result> {
  const run = (db: TenantDb) => {
    // The scope's own list: a joined transaction commits with the outer one, and a second try starts anew.
    const scope = currentScope.getStore();
    return verb({ ...door, db, afterCommit: (callback) => scope?.afterCommit.push(callback) });
  };
  const version = door.accessVersion === undefined ? {} : { accessVersion: door.accessVersion };
  return mode === "write"
    ? tenancy().withTenant(door.organization.id, { readOnly: false, ...version }, run)
    : // In a READ ONLY transaction a write fails in the server; the verb's type refuses it before.
      tenancy().withTenant(door.organization.id, { readOnly: true, ...version }, (db) => run(db as TenantDb));
}
