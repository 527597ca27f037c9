import type { KeyKind } from "../access/key-access.ts";
import { AppError } from "../platform/errors.ts";
import type { ReadCtx } from "../tenancy/context.ts";

type ActedUpon = {
  kind: KeyKind;
  createdById: string | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
};
type Caller = Pick<ReadCtx, "actor" | "clock">;

/** Whether the caller made a key. */
export function isOwnKey({ actor }: Caller, key: Pick<ActedUpon, "createdById">): boolean {
  return actor.kind === "member" && actor.memberId === key.createdById;
}

/** Why the caller may not revoke a key, or null: one's own, or anybody's by a permission. */
export function refusalOfRevoke(ctx: Caller, key: ActedUpon): AppError | null {
  const mayAll = ctx.actor.permissions.has("api_keys.delete");
  const own = key.kind === "personal" && isOwnKey(ctx, key);
  if (!own && !mayAll)
    return notOwn("Somebody else made this key, and your role does not permit to revoke it.");
  return refusalOfState(ctx, key);
}

/** Why the caller may not rotate a key, or null: its maker alone gets a new secret, for the organization's who manages keys. */
export function refusalOfRotate(ctx: Caller, key: ActedUpon): AppError | null {
  const permission = key.kind === "machine" ? "api_keys.manage" : "api_keys.write";
  if (!ctx.actor.permissions.has(permission)) {
    const message = "Your role does not permit this.";
    return new AppError("FORBIDDEN", "missing_permission", message, { field: permission });
  }
  if (key.kind === "personal" && !isOwnKey(ctx, key)) return notOwn("Only who made this key can rotate it.");
  return refusalOfState(ctx, key);
}

function notOwn(message: string): AppError {
  return new AppError("FORBIDDEN", "not_own_key", message, { field: "id" });
}

function refusalOfState(ctx: Caller, key: ActedUpon): AppError | null {
  const message = key.revokedAt ? "This key was revoked already." : "This key has expired.";
  const ended = key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= ctx.clock.now());
  return ended ? new AppError("CONFLICT", "key_ended", message, { field: "id" }) : null;
}
