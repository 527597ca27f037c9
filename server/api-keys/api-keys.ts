import { v7 as uuid } from "uuid";
import { lockAccess, raiseAccess } from "../access/access-version.ts";
import { assertGrantable, checkedPermissions } from "../access/grant.ts";
import type { KeyKind } from "../access/key-access.ts";
import { newKeyText } from "../access/key-text.ts";
import { permissionInfo, type Permission } from "../access/permissions.ts";
import { audit } from "../audit/audit.ts";
import { emit } from "../events/emit.ts";
import { AppError, notFound } from "../platform/errors.ts";
import { assertRoom } from "../plans/quota.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { refusalOfRevoke, refusalOfRotate } from "./rules.ts";
import type { ApiKeyById, CreateApiKey, KeySettings, NewApiKey, RotateApiKey } from "./schema.ts";

const dayMs = 86_400_000;
const hourMs = 3_600_000;

type Made = {
  name: string;
  kind: KeyKind;
  scopes: readonly Permission[];
  expiresAt: Date | null;
  rotatedFromId?: string;
};

/**
 * Makes an API key and shows it this one time. Its scopes are within what its maker holds, and never what only
 * people may. Throws AppError unknown_permission, missing_dependency, scope_people_only,
 * exceeds_own_permissions, missing_permission, expiry_too_long and limit_reached.
 */
export async function createApiKey(ctx: WriteCtx, input: CreateApiKey): Promise<NewApiKey> {
  await lockAccess(ctx);
  const { name, kind } = input;
  assertMayMake(ctx, kind);
  const scopes = checkedScopes(ctx, input.scopes);
  const expiresAt = await expiryOf(ctx, input.expiresInDays);
  await assertRoom(ctx, "api_keys");
  const made = await insert(ctx, { name, kind, scopes, expiresAt });
  await audit(ctx, {
    action: "apiKeys.create",
    target: { type: "api_key", id: made.id, label: name },
    after: { name, kind, scopes, expiresAt },
  });
  await emit(ctx, "api_key.created", { id: made.id, name, kind });
  return made;
}

/**
 * Makes the successor of a key, with the same scopes and life; the old one works on for the overlap. Throws
 * AppError not_found, key_ended, key_rotated, not_own_key, and what createApiKey throws.
 */
export async function rotateApiKey(ctx: WriteCtx, input: RotateApiKey): Promise<NewApiKey> {
  await lockAccess(ctx);
  const key = await loadKey(ctx, input.id);
  const refused = refusalOfRotate(ctx, key);
  if (refused) throw refused;
  assertMayMake(ctx, key.kind);
  if (
    await ctx.db.apiKey.findFirst({ where: { rotatedFromId: key.id, revokedAt: null }, select: { id: true } })
  ) {
    throw new AppError("CONFLICT", "key_rotated", "This key has a successor already. Rotate that one.", {
      field: "id",
    });
  }
  const scopes = checkedScopes(ctx, key.scopes);
  const { name, kind, id } = key;
  const now = ctx.clock.now();
  const expiresAt = await expiryOf(ctx, shorter(lifeDaysOf(key), await daysMax(ctx)));
  const overlapEnd = new Date(now.getTime() + input.overlapHours * hourMs);
  const oldEnd = key.expiresAt && key.expiresAt < overlapEnd ? key.expiresAt : overlapEnd;
  await ctx.db.apiKey.update({ where: { id }, data: { expiresAt: oldEnd }, select: { id: true } });
  // One key and its predecessor live at a time: rotations in a row do not add up.
  if (key.rotatedFromId) {
    const ended = { id: key.rotatedFromId, revokedAt: null, expiresAt: { gt: now } };
    await ctx.db.apiKey.updateMany({ where: ended, data: { expiresAt: now } });
  }
  const made = await insert(ctx, { name, kind, scopes, expiresAt, rotatedFromId: id });
  // Other processes remember the old one's longer life.
  await raiseAccess(ctx, {});
  await audit(ctx, {
    action: "apiKeys.rotate",
    target: { type: "api_key", id, label: name },
    before: { expiresAt: key.expiresAt },
    after: { expiresAt: oldEnd, successorId: made.id, successorExpiresAt: expiresAt },
  });
  await emit(ctx, "api_key.rotated", { id: made.id, name, kind });
  return made;
}

function lifeDaysOf(key: { createdAt: Date; expiresAt: Date | null }): number | null {
  return key.expiresAt && Math.ceil((key.expiresAt.getTime() - key.createdAt.getTime()) / dayMs);
}

function shorter(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** Ends a key in every process with its next call. Throws AppError not_found, not_own_key and key_ended. */
export async function revokeApiKey(ctx: WriteCtx, { id }: ApiKeyById): Promise<{ id: string }> {
  await lockAccess(ctx);
  const key = await loadKey(ctx, id);
  const refused = refusalOfRevoke(ctx, key);
  if (refused) throw refused;
  const revokedAt = ctx.clock.now();
  await ctx.db.apiKey.update({ where: { id }, data: { revokedAt }, select: { id: true } });
  await raiseAccess(ctx, {});
  const { name, kind } = key;
  await audit(ctx, {
    action: "apiKeys.revoke",
    target: { type: "api_key", id, label: name },
    before: { revokedAt: null },
    after: { revokedAt },
  });
  await emit(ctx, "api_key.revoked", { id, name, kind });
  return { id };
}

/** Sets the longest life of keys that are made from now on; null for none. */
export async function updateKeySettings(ctx: WriteCtx, { keyDaysMax }: KeySettings): Promise<KeySettings> {
  await lockAccess(ctx);
  const before = await daysMax(ctx);
  if (before === keyDaysMax) return { keyDaysMax };
  await ctx.db.accessSettings.update({ where: { one: true }, data: { keyDaysMax }, select: { one: true } });
  // Every process remembers it with the organization's configuration.
  await raiseAccess(ctx, {});
  await audit(ctx, {
    action: "apiKeys.updateSettings",
    target: { type: "access_settings", id: "", label: "API keys" },
    before: { keyDaysMax: before },
    after: { keyDaysMax },
  });
  return { keyDaysMax };
}

async function daysMax(ctx: WriteCtx): Promise<number | null> {
  const settings = await ctx.db.accessSettings.findUnique({
    where: { one: true },
    select: { keyDaysMax: true },
  });
  return settings?.keyDaysMax ?? null;
}

async function expiryOf(ctx: WriteCtx, days: number | null): Promise<Date | null> {
  const most = await daysMax(ctx);
  if (most !== null && (days === null || days > most)) {
    const message = `In this organization an API key lives for at most ${most} ${most === 1 ? "day" : "days"}.`;
    throw new AppError("BAD_REQUEST", "expiry_too_long", message, { field: "expiresInDays" });
  }
  return days === null ? null : new Date(ctx.clock.now().getTime() + days * dayMs);
}

function assertMayMake(ctx: WriteCtx, kind: KeyKind): void {
  if (ctx.actor.kind !== "member")
    throw new AppError("FORBIDDEN", "members_only", "Only members can make keys.");
  if (kind === "machine" && !ctx.actor.permissions.has("api_keys.manage")) {
    const message = "Your role does not permit keys that belong to the organization (api_keys.manage).";
    throw new AppError("FORBIDDEN", "missing_permission", message, {
      field: "kind",
      names: ["api_keys.manage"],
    });
  }
}

function checkedScopes(ctx: WriteCtx, names: readonly string[]): Permission[] {
  const scopes = checkedPermissions(names, "scopes");
  const personal = scopes.filter((scope) => permissionInfo(scope).peopleOnly);
  if (personal.length > 0) {
    const message = `Only people can hold this, no key: ${personal.join(", ")}.`;
    throw new AppError("BAD_REQUEST", "scope_people_only", message, { field: "scopes", names: personal });
  }
  assertGrantable(ctx.actor, scopes, "scopes");
  return scopes;
}

async function insert(ctx: WriteCtx, made: Made): Promise<NewApiKey> {
  const id = uuid();
  const { text, secretHash, ending } = newKeyText(ctx.organization.id, id);
  const { scopes, ...rest } = made;
  await ctx.db.apiKey.create({
    data: {
      ...rest,
      id,
      ending,
      scopes: [...scopes],
      secretHash: new Uint8Array(secretHash),
      createdById: ctx.actor.kind === "member" ? ctx.actor.memberId : null,
      createdAt: ctx.clock.now(),
    },
    select: { id: true },
  });
  return { id, key: text, ending, expiresAt: made.expiresAt };
}

async function loadKey(ctx: WriteCtx, id: string) {
  const key = await ctx.db.apiKey.findUnique({
    where: { id },
    select: {
      id: true,
      name: true,
      kind: true,
      scopes: true,
      createdById: true,
      createdAt: true,
      expiresAt: true,
      revokedAt: true,
      rotatedFromId: true,
    },
  });
  if (!key) throw notFound("API key");
  // The column's CHECK holds the same closed set as the type.
  return { ...key, kind: key.kind as KeyKind };
}
