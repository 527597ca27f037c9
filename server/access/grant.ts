import { AppError } from "../platform/errors.ts";
import type { Actor } from "../tenancy/context.ts";
import { isPermission, permissionInfo, type Permission } from "./permissions.ts";

/**
 * What of `granted` its giver does not hold, in a stable order. Everything that hands out access asks this. A
 * name that this version does not know counts like any other: while a newer version is being rolled out, a role
 * may hold what means something there. A release that drops a permission takes it out of the roles.
 */
export function missingFrom(held: ReadonlySet<string>, granted: Iterable<string>): string[] {
  return [...new Set(granted)].filter((name) => !held.has(name)).toSorted();
}

/**
 * The one rule of handing out access: nobody gives more than they hold themselves. Throws AppError
 * exceeds_own_permissions, which names what is missing.
 */
export function assertGrantable(
  giver: Pick<Actor, "permissions">,
  granted: Iterable<string>,
  field: string,
): void {
  const missing = missingFrom(giver.permissions, granted);
  if (missing.length === 0) return;
  const message = `You cannot give what you do not have yourself: ${missing.join(", ")}.`;
  throw new AppError("FORBIDDEN", "exceeds_own_permissions", message, { field, names: missing });
}

/**
 * The permissions of a list of names, each once. Throws AppError unknown_permission and missing_dependency,
 * which name what is wrong; nothing unknown is ever passed over.
 */
export function checkedPermissions(names: readonly string[], field: string): Permission[] {
  const unknown = names.filter((name) => !isPermission(name));
  if (unknown.length > 0) {
    const message = `There is no such permission: ${unknown.join(", ")}.`;
    throw new AppError("BAD_REQUEST", "unknown_permission", message, { field, names: unknown });
  }
  const chosen = new Set(names.filter(isPermission));
  const lacking = [...chosen].flatMap((name) =>
    (permissionInfo(name).needs ?? [])
      .filter((needed) => !chosen.has(needed as Permission))
      .map((needed) => ({ name, needed })),
  );
  if (lacking.length > 0) {
    const list = lacking.map(({ name, needed }) => `${name} needs ${needed}`).join(", ");
    const missing = [...new Set(lacking.map(({ needed }) => needed))];
    throw new AppError("BAD_REQUEST", "missing_dependency", `Some permissions lack others: ${list}.`, {
      field,
      names: missing,
    });
  }
  return [...chosen].toSorted();
}
