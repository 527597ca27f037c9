import { Prisma } from "#prisma/generated/tenant/client.ts";
import { keyPermissions, type KeyKind } from "../access/key-access.ts";
import { allPermissions, permissionInfo } from "../access/permissions.ts";
import { readPage, type Sort } from "../platform/page.ts";
import type { Page } from "../platform/page-input.ts";
import { tenantConfig } from "../plans/tenant-config.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { isOwnKey, refusalOfRevoke, refusalOfRotate } from "./rules.ts";
import { keyDaysPresets, type ApiKeyRow, type KeyState, type ListApiKeys, type ScopeRow } from "./schema.ts";

type KeyRecord = {
  id: string;
  name: string;
  kind: KeyKind;
  ending: string;
  scopes: string[];
  createdById: string | null;
  createdBy: string | null;
  makerStatus: string | null;
  makerPermissions: string[] | null;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

const sorts: Record<ListApiKeys["sort"]["by"], Sort<KeyRecord>> = {
  name: { kind: "column", column: Prisma.sql`k.name`, type: "text", value: (row) => row.name },
  createdAt: { kind: "id" },
};

/** Pages through API keys: who made them, what they can do now, when they were last used. Throws AppError bad_cursor. */
export async function listApiKeys(ctx: ReadCtx, input: ListApiKeys): Promise<Page<ApiKeyRow>> {
  const live = Prisma.sql`(k.revoked_at IS NULL
    AND (k.expires_at IS NULL OR k.expires_at > ${ctx.clock.now()}::timestamptz))`;
  const filter = input.show === "live" ? live : Prisma.sql`NOT ${live}`;
  return readPage({
    name: `apiKeys.${input.show}`,
    id: Prisma.sql`k.id`,
    sorts,
    request: input,
    rows: ({ where, orderBy, limit }) => ctx.db.$queryRaw<KeyRecord[]>`
      SELECT k.id, k.name, k.kind, k.ending, k.scopes, k.created_by_id AS "createdById", m.name AS "createdBy",
        m.status AS "makerStatus", r.permissions AS "makerPermissions", k.created_at AS "createdAt",
        k.expires_at AS "expiresAt", k.last_used_at AS "lastUsedAt", k.revoked_at AS "revokedAt"
      FROM api_keys k LEFT JOIN members m ON m.id = k.created_by_id LEFT JOIN roles r ON r.id = m.role_id
      WHERE ${filter} AND ${where} ORDER BY ${orderBy} LIMIT ${limit}`,
    total: () => ctx.db.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM api_keys k WHERE ${filter}`,
    present: (rows) => rows.map((row) => present(ctx, row)),
  });
}

function present(ctx: ReadCtx, record: KeyRecord): ApiKeyRow {
  const { id, name, kind, ending, scopes, createdBy, createdAt, expiresAt, lastUsedAt } = record;
  const row = { id, name, kind, ending, scopes, createdBy, createdAt, expiresAt, lastUsedAt };
  const state = stateOf(ctx, record);
  const maker = kind === "personal" ? new Set(record.makerPermissions) : null;
  const effective = state === "active" ? [...keyPermissions(scopes, maker)] : [];
  const acts = {
    rotate: refusalOfRotate(ctx, record)?.message ?? null,
    revoke: refusalOfRevoke(ctx, record)?.message ?? null,
  };
  return { ...row, state, effective, own: isOwnKey(ctx, record), acts };
}

function stateOf(ctx: ReadCtx, key: KeyRecord): KeyState {
  if (key.revokedAt) return "revoked";
  if (key.expiresAt && key.expiresAt <= ctx.clock.now()) return "expired";
  return key.kind === "personal" && key.makerStatus !== "active" ? "idle" : "active";
}

/** What a key could be made for: every scope that keys can hold, and which of them the caller holds. */
export async function listScopes(ctx: ReadCtx): Promise<ScopeRow[]> {
  return allPermissions
    .filter((name) => !permissionInfo(name).peopleOnly)
    .map((name) => {
      const { description, scope, needs = [] } = permissionInfo(name);
      const resource = name.slice(0, name.indexOf("."));
      return { name, resource, description, scope, needs: [...needs], mine: ctx.actor.permissions.has(name) };
    });
}

/** What the dialog offers: the presets that the organization allows. */
export async function getKeySettings(
  ctx: ReadCtx,
): Promise<{ keyDaysMax: number | null; presets: (number | null)[] }> {
  const { keyDaysMax } = (await tenantConfig(ctx)).settings;
  const presets = keyDaysPresets.filter(
    (days) => keyDaysMax === null || (days !== null && days <= keyDaysMax),
  );
  return { keyDaysMax, presets: presets.length > 0 ? presets : [keyDaysMax] };
}
