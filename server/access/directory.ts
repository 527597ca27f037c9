import { platformDb } from "../platform/database.ts";
import type { OrganizationInfo } from "../tenancy/context.ts";

const ttlMs = 5_000;
const entriesMax = 10_000;

/** A small cache of answers from the directory: bounded in time and number, and forgetful on demand. */
class Recent<Value> {
  readonly #entries = new Map<string, { value: Value; until: number }>();

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.until > Date.now() ? entry.value : undefined;
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    if (this.#entries.size >= entriesMax) this.#entries.delete(this.#entries.keys().next().value as string);
    this.#entries.set(key, { value, until: Date.now() + ttlMs });
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  forgetWhere(test: (value: Value) => boolean): void {
    for (const [key, entry] of this.#entries) if (test(entry.value)) this.#entries.delete(key);
  }
}

export type DirectoryEntry = OrganizationInfo & { deletionAt: Date | null };

const entry = {
  id: true,
  slug: true,
  name: true,
  plan: true,
  deletionAt: true,
  subscription: {
    select: {
      status: true,
      unpaidSince: true,
      cancelAt: true,
      lastLevel: true,
      trialEnd: true,
      cardLast4: true,
    },
  },
} as const;

const organizations = new Recent<DirectoryEntry>();
const memberships = new Recent<true>();

// What an address looks like; the database would choke on some of what a path can hold.
const address = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The organization that has, or once had, this slug; null when none did. */
export async function findOrganization(slug: string): Promise<DirectoryEntry | null> {
  if (!address.test(slug)) return null;
  const hit = organizations.get(slug);
  if (hit) return hit;
  const row = await platformDb().organizationSlug.findUnique({
    where: { slug },
    select: {
      organization: {
        select: entry,
        where: { discardedAt: null },
      },
    },
  });
  const organization = row?.organization ?? null;
  if (organization) organizations.set(slug, organization);
  return organization;
}

/** An organization by its id, for acts that do not come through an address. */
export async function findOrganizationById(id: string): Promise<DirectoryEntry | null> {
  return platformDb().organization.findUnique({
    where: { id, discardedAt: null },
    select: entry,
  });
}

/**
 * Whether an account may ask for an organization at all. Only a yes is remembered; the member row in
 * the tenant, held against the guard's access version, has the last word.
 */
export async function isMember(organizationId: string, accountId: string): Promise<boolean> {
  const key = `${organizationId}/${accountId}`;
  if (memberships.get(key)) return true;
  const row = await platformDb().membership.findUnique({
    where: { organizationId_accountId: { organizationId, accountId } },
    select: { status: true },
  });
  if (row?.status !== "active") return false;
  memberships.set(key, true);
  return true;
}

/** Whether an account has a place in an organization, be it suspended. */
export async function hasMembership(organizationId: string, accountId: string): Promise<boolean> {
  const where = { organizationId_accountId: { organizationId, accountId } };
  const row = await platformDb().membership.findUnique({ where, select: { status: true } });
  return row !== null && row.status !== "removed";
}

/** Drops what this process remembers of an organization, or of one account in it. */
export function forgetDirectory(organizationId: string, accountId?: string): void {
  organizations.forgetWhere((organization) => organization.id === organizationId);
  if (accountId) memberships.forget(`${organizationId}/${accountId}`);
}
