import { audit } from "../audit/audit.ts";
import { billingNotice } from "../billing/standing-notice.ts";
import { emit } from "../events/emit.ts";
import { enqueue } from "../jobs/enqueue.ts";
import { notify } from "../notifications/notify.ts";
import { lacksOf } from "../plans/features.ts";
import { platformDb } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import type { Log } from "../platform/log.ts";
import type { Door, ReadCtx, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { claiming, claimOrganization, openOrganization } from "./open.ts";
import { syncProfile } from "./projection.ts";
import type { ChangeSlug, CreateOrganization, ScheduleDeletion, UpdateOrganization } from "./schema.ts";

const slugsMax = 20;
const organizationsPerAccountMax = 50;
const graceDays = 7;
const dayMs = 86_400_000;

/**
 * Creates an organization whose owner is the account. Answers its slug. Throws AppError email_not_confirmed
 * and too_many_organizations.
 */
export async function createOrganization(
  account: { accountId: string; requestId: string; log: Log },
  input: CreateOrganization,
): Promise<{ slug: string }> {
  const { accountId, requestId } = account;
  const claimed = await claiming(async (tx) => {
    // Creations of one account take turns, so that the limit holds in a burst as well.
    const found = await tx.$queryRaw<{ confirmed: boolean }[]>`
      SELECT email_confirmed_at IS NOT NULL AS confirmed FROM accounts WHERE id = ${accountId}::uuid FOR UPDATE`;
    if (!found[0]?.confirmed) {
      throw new AppError("FORBIDDEN", "email_not_confirmed", "Confirm your e-mail address first.");
    }
    const made = await tx.organization.count({ where: { createdById: accountId } });
    if (made >= organizationsPerAccountMax) {
      const message = `An account can create up to ${organizationsPerAccountMax} organizations.`;
      throw new AppError("FORBIDDEN", "too_many_organizations", message);
    }
    return claimOrganization(tx, { name: input.name, createdById: accountId, requestId });
  });
  // The claim has left a job that does the same: an error here must not make anybody ask for a second one.
  await openOrganization(claimed.organizationId).catch((error: unknown) =>
    account.log.warn({ err: error, organization: claimed.organizationId }, "the organization opens later"),
  );
  return { slug: claimed.slug };
}

/** The organization itself. */
export async function describeOrganization(ctx: ReadCtx) {
  const { id, plan } = ctx.organization;
  const { name, slug, deletionAt, createdAt } = await ctx.db.profile.findUniqueOrThrow({ where: { id: 1 } });
  return { id, name, slug, plan, deletionAt, createdAt };
}

/** The organization, what the actor is in it, and what payments and plan keep it from. Throws AppError members_only. */
export async function getOrganization(ctx: ReadCtx) {
  const { actor } = ctx;
  if (actor.kind !== "member") throw new AppError("FORBIDDEN", "members_only", "Only members can ask this.");
  const organization = await describeOrganization(ctx);
  const me = await ctx.db.member.findUniqueOrThrow({
    where: { id: actor.memberId },
    select: {
      id: true,
      name: true,
      email: true,
      joinedAt: true,
      role: { select: { key: true, name: true } },
    },
  });
  return {
    ...organization,
    billingNotice: billingNotice(ctx.organization, ctx.clock.now(), actor.permissions.has("billing.read")),
    lacks: lacksOf(ctx.organization.plan),
    me: {
      memberId: me.id,
      name: me.name,
      email: me.email,
      joinedAt: me.joinedAt,
      roleKey: me.role.key,
      roleName: me.role.name,
      permissions: [...actor.permissions],
    },
  };
}

/** Renames the organization. */
export async function updateOrganization(door: Door, input: UpdateOrganization): Promise<{ name: string }> {
  await changeProfile(door, "organization.update", "organization.updated", async () => ({
    name: input.name,
  }));
  return { name: input.name };
}

/**
 * Gives the organization a new address. The old one keeps leading to it and is never given to another.
 * Throws AppError slug_taken or too_many_slugs.
 */
export async function changeSlug(door: Door, input: ChangeSlug): Promise<{ slug: string }> {
  // Before anything is done, the guard must have seen that the permission still stands.
  await transact(door, "read", (ctx) => ctx.db.profile.findUnique({ where: { id: 1 } }));
  // Reserved first: a reserved address that is not used in the end leads here anyway.
  await reserveSlug(door.organization.id, input.slug);
  await changeProfile(door, "organization.changeSlug", "organization.updated", async () => ({
    slug: input.slug,
  }));
  return { slug: input.slug };
}

async function reserveSlug(organizationId: string, slug: string): Promise<void> {
  const db = platformDb();
  const known = await db.organizationSlug.count({ where: { organizationId } });
  const owner = await db.organizationSlug.findUnique({ where: { slug }, select: { organizationId: true } });
  if (!owner && known >= slugsMax) {
    const message = `An organization can have had up to ${slugsMax} addresses.`;
    throw new AppError("FORBIDDEN", "too_many_slugs", message, { field: "slug" });
  }
  await db.organizationSlug.createMany({ data: [{ slug, organizationId }], skipDuplicates: true });
  const holder = await db.organizationSlug.findUniqueOrThrow({
    where: { slug },
    select: { organizationId: true },
  });
  if (holder.organizationId !== organizationId) {
    throw new AppError("CONFLICT", "slug_taken", "This address is taken.", { field: "slug" });
  }
}

/** Sets the organization to be erased after the days of grace. Throws AppError wrong_confirmation. */
export async function scheduleDeletion(door: Door, input: ScheduleDeletion): Promise<{ deletionAt: Date }> {
  const deletionAt = new Date(door.clock.now().getTime() + graceDays * dayMs);
  await changeProfile(
    door,
    "organization.scheduleDeletion",
    "organization.deletion_scheduled",
    async (ctx, now) => {
      if (input.confirm !== now.slug) {
        const message = `Type the organization's address, ${now.slug}, to confirm.`;
        throw new AppError("BAD_REQUEST", "wrong_confirmation", message, { field: "confirm" });
      }
      await enqueue(ctx, "organizations.erase", {}, { at: deletionAt });
      return { deletionAt };
    },
  );
  return { deletionAt };
}

/** Takes a scheduled deletion back. */
export async function cancelDeletion(door: Door): Promise<void> {
  await changeProfile(door, "organization.cancelDeletion", "organization.deletion_canceled", async (_, now) =>
    now.deletionAt === null ? null : { deletionAt: null },
  );
}

type ProfileChange = { name?: string; slug?: string; deletionAt?: Date | null };
type Profile = { name: string; slug: string; deletionAt: Date | null };
type ProfileEvent =
  | "organization.updated"
  | "organization.deletion_scheduled"
  | "organization.deletion_canceled";

/** What an administrator must know of; a name that changes is seen by itself. */
async function tellAdmins(ctx: WriteCtx, before: Profile, after: Profile): Promise<void> {
  if (before.slug !== after.slug) {
    const data = { before: before.slug, after: after.slug };
    await notify(ctx, "organization_slug_changed", { key: "organization_slug", data });
  }
  const key = "organization_deletion";
  if (after.deletionAt && before.deletionAt?.getTime() !== after.deletionAt.getTime()) {
    const data = { deletionAt: after.deletionAt.toISOString() };
    await notify(ctx, "organization_deletion_scheduled", { key, data });
  }
  if (before.deletionAt && !after.deletionAt) {
    await notify(ctx, "organization_deletion_canceled", { key, data: {} });
  }
}

/** One change of the profile with its entry, its event and the job that shows it in the directory; null changes nothing. */
async function changeProfile(
  door: Door,
  action: string,
  event: ProfileEvent,
  decide: (ctx: WriteCtx, now: Profile) => Promise<ProfileChange | null>,
): Promise<void> {
  await transact(door, "write", async (ctx) => {
    const select = { name: true, slug: true, deletionAt: true } as const;
    // Of two changes at once the second sees, and notes as "before", what the first one made.
    await ctx.db.$queryRaw`SELECT id FROM profile WHERE id = 1 FOR UPDATE`;
    const before = await ctx.db.profile.findUniqueOrThrow({ where: { id: 1 }, select });
    const data = await decide(ctx, before);
    if (data === null) return;
    const after = await ctx.db.profile.update({
      where: { id: 1 },
      data: { ...data, version: { increment: 1 } },
      select,
    });
    const { id } = door.organization;
    await audit(ctx, { action, target: { type: "organization", id, label: after.name }, before, after });
    await emit(ctx, event, { id, name: after.name, slug: after.slug });
    await enqueue(ctx, "directory.sync-profile", {});
    await tellAdmins(ctx, before, after);
  });
  // The job does the same; done here as well, the next page shows the change.
  await syncProfile(door.organization.id).catch((error: unknown) =>
    door.log.warn({ err: error }, "the directory follows later"),
  );
}
