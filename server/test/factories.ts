import { randomUUID } from "node:crypto";
import { memberAccess } from "../access/member-access.ts";
import { newKeyText } from "../access/key-text.ts";
import type { BuiltInRoleKey } from "../access/permissions.ts";
import { createRequestContext, type RequestContext } from "../api/request-context.ts";
import { closeOwnerPools } from "../fleet/owner.ts";
import { provisionTenant } from "../fleet/provision.ts";
import { claimOrganization, openOrganization } from "../organizations/open.ts";
import { syncMember } from "../organizations/projection.ts";
import { systemClock, type Clock } from "../platform/clock.ts";
import { closePlatformDb, platformDb } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import { closeRedis } from "../platform/redis.ts";
import { keepTokens } from "../search/tokens.ts";
import type { Door, OrganizationInfo, ReadCtx, WriteCtx } from "../tenancy/context.ts";
import { closeTenancy, tenancy } from "../tenancy/kernel.ts";
import { transact } from "../tenancy/transact.ts";
import { closeApiCalls } from "../usage/api-calls.ts";

export type Person = { accountId: string; name: string; email: string };
export type TestMember = Person & { memberId: string; organization: OrganizationInfo };
export type TestOrganization = OrganizationInfo & { owner: TestMember };

/** An account with a confirmed address, in no organization. Without a password it signs in nowhere. */
export async function buildPerson(
  given: { name?: string; email?: string; passwordHash?: string } = {},
): Promise<Person> {
  const { id, name, email } = await platformDb().account.create({
    data: {
      name: given.name ?? "Someone",
      email: given.email ?? `${randomUUID()}@example.test`,
      passwordHash: given.passwordHash ?? null,
      emailConfirmedAt: new Date(),
    },
    select: { id: true, name: true, email: true },
  });
  return { accountId: id, name, email };
}

/** A whole organization of its own for a test, opened as a sign-up would, with an owner. */
export async function buildOrganization(
  given: { name?: string; plan?: string; owner?: Person } = {},
): Promise<TestOrganization> {
  const person = given.owner ?? (await buildPerson({ name: "Olivia Owner" }));
  const organizationId = await claim({
    name: given.name ?? `Test ${randomUUID().slice(0, 8)}`,
    plan: given.plan ?? "business",
    createdById: person.accountId,
    requestId: randomUUID(),
  });
  await openOrganization(organizationId);
  const organization = await platformDb().organization.findUniqueOrThrow({
    where: { id: organizationId },
    select: { id: true, slug: true, name: true, plan: true },
  });
  const { memberId } = await memberAccess(organizationId, person.accountId);
  return { ...organization, owner: { ...person, memberId, organization } };
}

/** Claims a ready schema; when the template's few are used up it makes one, as the worker would. */
async function claim(input: Parameters<typeof claimOrganization>[1]): Promise<string> {
  try {
    const claimed = await platformDb().$transaction((tx) => claimOrganization(tx, input));
    return claimed.organizationId;
  } catch (error) {
    if (!(error instanceof AppError) || error.reason !== "organization_preparing") throw error;
    await provisionTenant("main");
    return claim(input);
  }
}

/**
 * From here on each organization gets a schema of its own making: the template's ready ones share their roles with every
 * other database of the run, so that they cannot be erased.
 */
export async function useUpReadyTenants(): Promise<void> {
  await platformDb().tenant.updateMany({ where: { claimedAt: null }, data: { claimedAt: new Date() } });
}

/** One more member of an organization, with a built-in role. */
export async function buildMember(
  organization: OrganizationInfo,
  roleKey: BuiltInRoleKey,
  given: { person?: Person; status?: "active" | "suspended" | "removed"; joinedAt?: Date } = {},
): Promise<TestMember> {
  const person = given.person ?? (await buildPerson({ name: `Some ${roleKey}` }));
  const { accountId, name, email } = person;
  const memberId = await tenancy().withTenant(organization.id, { readOnly: false }, async (db) => {
    const { id } = await db.member.create({
      data: {
        accountId,
        name,
        email,
        status: given.status ?? "active",
        joinedAt: given.joinedAt ?? new Date(),
        role: { connect: { key: roleKey } },
      },
      select: { id: true },
    });
    await keepTokens(db, "member", id, `${name} ${email}`);
    return id;
  });
  await syncMember(organization.id, memberId);
  return { ...person, memberId, organization };
}

export type TestKey = { id: string; key: string };

/** An API key with these scopes, past every rule of making one; a machine's, unless somebody is given. */
export async function buildKey(
  organization: OrganizationInfo,
  scopes: readonly string[],
  given: { createdById?: string; expiresAt?: Date } = {},
): Promise<TestKey> {
  const id = randomUUID();
  const { text, secretHash, ending } = newKeyText(organization.id, id);
  await tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
    db.apiKey.create({
      data: {
        id,
        name: "A test's key",
        kind: given.createdById ? "personal" : "machine",
        ending,
        scopes: [...scopes],
        secretHash: new Uint8Array(secretHash),
        ...given,
      },
    }),
  );
  return { id, key: text };
}

/** The context of a request that bears an API key, or whatever else it claims to be one. */
export function keyRequest(key: string, organizationSlug: string | null, clock?: Clock): RequestContext {
  return createRequestContext({
    request: { id: randomUUID(), ip: "192.0.2.1", userAgent: "vitest" },
    log: log("test"),
    organizationSlug,
    authorization: `Bearer ${key}`,
    findSession: async () => null,
    ...(clock ? { clock } : {}),
  });
}

/** A clock that stands still. */
export function clockAt(moment: string): Clock {
  return { now: () => new Date(moment) };
}

/** What a guard hands to a verb when this member asks. */
export async function doorOf(member: TestMember, clock: Clock = systemClock): Promise<Door> {
  const { organization, accountId } = member;
  const access = await memberAccess(organization.id, accountId, { fresh: true });
  return {
    organization,
    actor: { kind: "member", accountId, ...access },
    request: { id: randomUUID(), ip: "192.0.2.1", userAgent: "vitest" },
    clock,
    log: log("test"),
    accessVersion: access.accessVersion,
  };
}

/** Runs a reading verb as a member, past guard and schema. */
export async function reads<Input, Result>(
  member: TestMember,
  verb: (ctx: ReadCtx, input: Input) => Promise<Result>,
  input: Input,
  clock?: Clock,
): Promise<Result> {
  return transact(await doorOf(member, clock), "read", (ctx) => verb(ctx, input));
}

/** Runs a writing verb as a member, past guard and schema. */
export async function writes<Input, Result>(
  member: TestMember,
  verb: (ctx: WriteCtx, input: Input) => Promise<Result>,
  input: Input,
  clock?: Clock,
): Promise<Result> {
  return transact(await doorOf(member, clock), "write", (ctx) => verb(ctx, input));
}

/** The context of a request that names an organization, from a signed-in person or from nobody. */
export function requestOf(
  person: Person | null,
  organizationSlug: string | null,
  clock?: Clock,
): RequestContext {
  return createRequestContext({
    request: { id: randomUUID(), ip: "192.0.2.1", userAgent: "vitest" },
    log: log("test"),
    organizationSlug,
    findSession: async () => person && { ...person, sessionId: randomUUID(), emailConfirmed: true },
    ...(clock ? { clock } : {}),
  });
}

/** Ends every connection that this process has opened. Belongs into `afterAll` of each file that uses these. */
export async function closeConnections(): Promise<void> {
  await closeApiCalls();
  await closeTenancy();
  await closePlatformDb();
  await closeOwnerPools();
  await closeRedis();
}
