import { TRPCError } from "@trpc/server";
import { findOrganization, forgetDirectory, isMember } from "../access/directory.ts";
import { readToken } from "../access/access-token.ts";
import { keyAccess, malformedKey, type KeyProof } from "../access/key-access.ts";
import { readKeyText } from "../access/key-text.ts";
import { memberAccess, noAccess } from "../access/member-access.ts";
import { permissionRegistry, type Permission } from "../access/permissions.ts";
import { recordRefusedEntry } from "../access/security-log.ts";
import { paidFor } from "../billing/access.ts";
import { countingRefusals } from "./refused-keys.ts";
import { countApiCall } from "../usage/api-calls.ts";
import { AppError } from "../platform/errors.ts";
import type { Actor, Door, OrganizationInfo } from "../tenancy/context.ts";
import { countCall, rateLimited } from "./rate-limit.ts";
import type { RequestContext } from "./request-context.ts";

type Proven = { organization: OrganizationInfo; actor: Actor; accessVersion: number; recordReads: boolean };

/**
 * Resolves and proves who acts in which organization: the account of the session, or the API key that the
 * request bears, which then counts alone. Throws UNAUTHORIZED without either and AppError no_access,
 * email_not_confirmed, api_key_…, organization_mismatch, rate_limited or missing_permission.
 */
export async function openDoor(
  ctx: RequestContext,
  permission: Permission,
  { fresh = false }: { fresh?: boolean } = {},
): Promise<Door> {
  const { organization, actor, accessVersion, recordReads } = ctx.bearer
    ? await proveKey(ctx, ctx.bearer, permission, fresh)
    : await proveMember(ctx, permission, fresh);
  // A second look at the same call is not another one.
  if (!fresh) {
    ctx.rate = await countCall(organization, actor);
    if (ctx.rate.exceeded) throw rateLimited(ctx.rate);
  }
  if (!actor.permissions.has(permission)) throw missingPermission(actor, permission);
  if (!fresh && actor.kind === "api_key") countApiCall(organization.id);
  const who = actor.kind === "member" ? { account: actor.accountId } : { actor: actor.kind };
  return {
    organization: paidFor(organization, ctx.clock.now()),
    actor,
    request: ctx.request,
    clock: ctx.clock,
    log: ctx.log.child({ organization: organization.id, ...who }),
    accessVersion,
    recordReads,
  };
}

async function proveMember(ctx: RequestContext, permission: Permission, fresh: boolean): Promise<Proven> {
  const session = await ctx.session();
  if (!session) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
  if (!session.emailConfirmed) {
    throw new AppError("FORBIDDEN", "email_not_confirmed", "Confirm your e-mail address first.");
  }
  const organization = await namedOrganization(ctx);
  const { accountId } = session;
  if (!(await isMember(organization.id, accountId))) {
    await recordRefusedEntry(accountId, {
      kind: "not_a_member",
      organizationId: organization.id,
      accountId,
      request: ctx.request,
    });
    throw noAccess();
  }
  const access = await currentAccess(organization.id, accountId, permission, fresh);
  const { accessVersion, recordReads } = access;
  return { organization, actor: { kind: "member", accountId, ...access }, accessVersion, recordReads };
}

/** A remembered yes is held against the guard by its transaction; a no opens none, so it is looked up anew. */
async function currentAccess(
  organizationId: string,
  accountId: string,
  permission: Permission,
  fresh: boolean,
) {
  try {
    const access = await memberAccess(organizationId, accountId, { fresh });
    if (fresh || access.permissions.has(permission)) return access;
    return await memberAccess(organizationId, accountId, { fresh: true });
  } catch (error) {
    forgetDirectory(organizationId, accountId);
    throw error;
  }
}

async function proveKey(
  ctx: RequestContext,
  text: string,
  permission: Permission,
  fresh: boolean,
): Promise<Proven> {
  const now = ctx.clock.now();
  const { proof, scopes } = await countingRefusals(ctx, () => proofOf(text, now));
  const organizationId = proof.organizationId;
  const look = (anew: boolean) => countingRefusals(ctx, () => keyAccess(proof, now, { fresh: anew }));
  let access = await look(fresh);
  if (!fresh && !access.permissions.has(permission)) access = await look(true);
  const organization = await namedOrganization(ctx);
  // The path is never trusted: the key says where it belongs, and only who holds it gets this far.
  if (organization.id !== organizationId) {
    await recordRefusedEntry(proof.keyId, {
      kind: "api_key_mismatch",
      organizationId: organization.id,
      request: ctx.request,
      detail: { keyOrganizationId: organizationId, keyId: proof.keyId },
    });
    throw noAccess();
  }
  const { accessVersion, recordReads, expiresAt: _expiry, ...key } = access;
  const permissions = scopes
    ? new Set(scopes.filter((scope) => key.permissions.has(scope)))
    : key.permissions;
  const actor = { kind: "api_key" as const, ...key, permissions };
  return { organization, actor, accessVersion, recordReads };
}

/** Which key a request stands on: its own text, or a token that was made of one and carries some of its scopes. */
async function proofOf(
  text: string,
  now: Date,
): Promise<{ proof: KeyProof; scopes: readonly string[] | null }> {
  if (!text.startsWith("eyJ")) {
    const proof = readKeyText(text);
    if (!proof) throw malformedKey();
    return { proof, scopes: null };
  }
  const { organizationId, keyId, scopes } = await readToken(text, now);
  return { proof: { organizationId, keyId, secretHash: null }, scopes };
}

async function namedOrganization(ctx: RequestContext): Promise<OrganizationInfo> {
  const found = ctx.organizationSlug === null ? null : await findOrganization(ctx.organizationSlug);
  if (!found) throw noAccess();
  return found;
}

function missingPermission(actor: Actor, permission: Permission): AppError {
  const { description } = permissionRegistry[permission];
  const whose = actor.kind === "api_key" ? "The scopes of this API key do" : "Your role does";
  const message = `${whose} not permit this: ${description.toLowerCase()} (${permission}).`;
  return new AppError("FORBIDDEN", "missing_permission", message, { field: permission });
}
