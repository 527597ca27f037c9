import { Prisma } from "#prisma/generated/tenant/client.ts";
import { AppError } from "../platform/errors.ts";
import type { ReadCtx, WriteCtx } from "../tenancy/context.ts";
import { planOf, type Resource } from "./catalogue.ts";
import { tenantConfig } from "./tenant-config.ts";

export type Usage = { resource: Resource; used: number; limit: number | null };

const words: Record<Resource, [one: string, many: string]> = {
  seats: ["member or open invite", "members and open invites"],
  projects: ["project", "projects"],
  api_keys: ["API key", "API keys"],
  endpoints: ["webhook endpoint", "webhook endpoints"],
};

const resources = Object.keys(words) as Resource[];

/**
 * Refuses what the plan has no room for. Whoever adds takes a turn for its kind and holds it until the commit,
 * so that of many at once only as many pass as there is room for. `adding` 0 asks whether what is there fits.
 * Throws AppError limit_reached and payment_missing.
 */
export async function assertRoom(ctx: WriteCtx, resource: Resource, adding = 1): Promise<void> {
  if ((await roomFor(ctx, resource)) < adding) throw limitReached(ctx, resource);
}

/**
 * How many more the plan has room for, in a turn that is held until the commit; Infinity without a limit. Throws
 * AppError payment_missing while a payment is awaited.
 */
export async function roomFor(ctx: WriteCtx, resource: Resource): Promise<number> {
  const { access = "full" } = ctx.organization;
  if (access !== "full") {
    const message = "A payment is missing. Until it is made nothing can be added.";
    throw new AppError("PAYMENT_REQUIRED", "payment_missing", message, { field: resource });
  }
  const limit = planOf(ctx.organization.plan).limits[resource];
  if (limit === null) return Number.POSITIVE_INFINITY;
  await ctx.db.$queryRaw`SELECT resource FROM quota_turns WHERE resource = ${resource} FOR UPDATE`;
  // A statement of its own: it sees what those before have committed while this one waited.
  return limit - (await countUsed(ctx, resource));
}

/** What somebody is told who asks for more than the plan allows. */
export function limitReached(ctx: ReadCtx, resource: Resource): AppError {
  const plan = planOf(ctx.organization.plan);
  const limit = plan.limits[resource] ?? 0;
  const [one, many] = words[resource];
  const message = `The ${plan.name} plan has room for ${limit} ${limit === 1 ? one : many}, and that is used up.`;
  return new AppError("PAYMENT_REQUIRED", "limit_reached", message, { field: resource, names: [resource] });
}

/** What the organization uses of its plan. */
export async function getUsage(ctx: ReadCtx): Promise<{ plan: string; planName: string; usage: Usage[] }> {
  const { plan, planName, limits } = await tenantConfig(ctx);
  const usage: Usage[] = [];
  for (const resource of resources) {
    usage.push({ resource, used: await countUsed(ctx, resource), limit: limits[resource] });
  }
  return { plan, planName, usage };
}

async function countUsed(ctx: ReadCtx, resource: Resource): Promise<number> {
  const now = Prisma.sql`${ctx.clock.now()}::timestamptz`;
  const counts: Record<Resource, Prisma.Sql> = {
    // Somebody who was asked in has a seat kept, for as long as the invite stands.
    seats: Prisma.sql`(SELECT count(*) FROM members WHERE status = 'active')
      + (SELECT count(*) FROM invites WHERE status = 'pending' AND expires_at > ${now})`,
    projects: Prisma.sql`(SELECT count(*) FROM projects WHERE deleted_at IS NULL)`,
    api_keys: Prisma.sql`(SELECT count(*) FROM api_keys
      WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${now}))`,
    endpoints: Prisma.sql`(SELECT count(*) FROM webhook_endpoints WHERE state <> 'deleted')`,
  };
  const [row] = await ctx.db.$queryRaw<{ used: number }[]>`SELECT (${counts[resource]})::int AS used`;
  return row?.used ?? 0;
}
