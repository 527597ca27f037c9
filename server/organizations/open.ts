import { setTimeout as sleep } from "node:timers/promises";
import { Prisma } from "#prisma/generated/platform/client.ts";
import { audit } from "../audit/audit.ts";
import { emit } from "../events/emit.ts";
import { enqueuePlatform } from "../jobs/enqueue.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { platformDb, type PlatformTx } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import { keepTokens } from "../search/tokens.ts";
import type { OrganizationInfo, WriteCtx } from "../tenancy/context.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import { syncMember, syncProfile } from "./projection.ts";
import { Slug } from "./schema.ts";

const coldWaitMs = 15_000;
const coldPauseMs = 200;
const collisionsMax = 3;

/**
 * A platform transaction that claims an organization; waits for a schema to be made when none is ready, and
 * runs once more when somebody else took a slug or an address in the same moment.
 */
export async function claiming<Result>(work: (tx: PlatformTx) => Promise<Result>): Promise<Result> {
  const until = Date.now() + coldWaitMs;
  for (let collisions = 0; ;) {
    try {
      const result = await platformDb().$transaction((tx) => work(tx), { timeout: 10_000, maxWait: 5_000 });
      wakeRelay();
      return result;
    } catch (error) {
      if (isTaken(error) && collisions++ < collisionsMax) continue;
      const preparing = error instanceof AppError && error.reason === "organization_preparing";
      if (!preparing || Date.now() > until) throw error;
      await askForReadyTenant();
      await sleep(coldPauseMs);
    }
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
}

/** Has the pool filled, once: a row that waits already will do. */
async function askForReadyTenant(): Promise<void> {
  await platformDb().$transaction((tx) => enqueuePlatform(tx, "fleet.fill-ready-pool", {}, { once: true }));
  wakeRelay();
}

/**
 * Gives a new organization a ready schema and its directory entry, in the caller's platform transaction.
 * The rest happens in `openOrganization`. Throws AppError organization_preparing when no schema is ready.
 */
export async function claimOrganization(
  tx: PlatformTx,
  input: { name: string; createdById: string; plan?: string; requestId: string },
): Promise<{ organizationId: string; slug: string }> {
  const claimed = await tx.$queryRaw<{ id: string }[]>`
    UPDATE tenants SET claimed_at = now() WHERE id = (
      SELECT t.id FROM tenants t JOIN shards s ON s.id = t.shard_id
      WHERE t.state = 'active' AND t.claimed_at IS NULL AND s.state = 'open'
      ORDER BY t.created_at FOR UPDATE OF t SKIP LOCKED LIMIT 1
    ) RETURNING id`;
  const organizationId = claimed[0]?.id;
  if (!organizationId) {
    throw new AppError(
      "UNAVAILABLE",
      "organization_preparing",
      "Your organization is being prepared. Try again.",
    );
  }
  const slug = await freeSlug(tx, input.name);
  await tx.organization.create({
    data: {
      id: organizationId,
      slug,
      name: input.name,
      plan: input.plan ?? "free",
      createdById: input.createdById,
      slugs: { create: { slug } },
    },
    select: { id: true },
  });
  await enqueuePlatform(tx, "organizations.open", { organizationId }, { requestId: input.requestId });
  await enqueuePlatform(tx, "fleet.fill-ready-pool", {}, { once: true });
  return { organizationId, slug };
}

/** A slug made of the name that nobody has or had. Sign-ups of the same name take turns until they commit. */
async function freeSlug(tx: PlatformTx, name: string): Promise<string> {
  const words = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  const base = Slug.safeParse(words).success ? words : `org-${words}`.replace(/-+$/, "");
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`slug:${base}`}, 0))::text`;
  for (let number = 1; number <= 20; number++) {
    const slug = number === 1 ? base : `${base}-${number}`;
    if (!Slug.safeParse(slug).success) continue;
    const taken = await tx.organizationSlug.findUnique({ where: { slug }, select: { slug: true } });
    if (!taken) return slug;
  }
  return `${base}-${Math.random().toString(36).slice(2, 10)}`;
}

/**
 * Finishes a claimed organization: profile, owner, first audit entry in its own schema, then the
 * directory's projection. Idempotent: it runs right after the claim and again as a job.
 */
export async function openOrganization(organizationId: string): Promise<void> {
  const organization = await platformDb().organization.findUnique({
    where: { id: organizationId },
    select: { id: true, slug: true, name: true, plan: true, createdById: true },
  });
  if (!organization?.createdById) return;
  const creator = await platformDb().account.findUnique({
    where: { id: organization.createdById },
    select: { id: true, name: true, email: true },
  });
  if (!creator) return;
  const door = systemDoor(organization, { id: `open-${organizationId}`, ip: null, userAgent: null });
  const memberId = await transact(door, "write", (ctx) => writeFirstRows(ctx, organization, creator));
  await syncProfile(organizationId);
  await syncMember(organizationId, memberId);
}

async function writeFirstRows(
  ctx: WriteCtx,
  organization: OrganizationInfo,
  creator: { id: string; name: string; email: string },
): Promise<string> {
  const { id, name, slug } = organization;
  const opened = await ctx.db.profile.createMany({ data: [{ id: 1, name, slug }], skipDuplicates: true });
  if (opened.count === 0) {
    const owner = await ctx.db.member.findUniqueOrThrow({
      where: { accountId: creator.id },
      select: { id: true },
    });
    return owner.id;
  }
  const owner = await ctx.db.member.create({
    data: {
      accountId: creator.id,
      name: creator.name,
      email: creator.email,
      role: { connect: { key: "owner" } },
    },
    select: { id: true },
  });
  await keepTokens(ctx.db, "member", owner.id, `${creator.name} ${creator.email}`);
  const actor = {
    kind: "member" as const,
    memberId: owner.id,
    accountId: creator.id,
    name: creator.name,
    roleKey: "owner",
    permissions: ctx.actor.permissions,
  };
  const target = { type: "organization", id, label: name };
  await audit({ ...ctx, actor }, { action: "organizations.create", target, after: { name, slug } });
  await emit(ctx, "organization.created", { id, name, slug });
  return owner.id;
}
