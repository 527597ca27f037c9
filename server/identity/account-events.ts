import { v5 as namedUuid, v7 as uuid } from "uuid";
import { findOrganizationById } from "../access/directory.ts";
import { audit } from "../audit/audit.ts";
import { enqueuePlatform } from "../jobs/enqueue.ts";
import type { JobPayload } from "../jobs/registry.ts";
import { platformDb, type PlatformTx } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import type { Actor, Door, RequestInfo } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";

export type AccountEvent = {
  kind:
    | "session.signIn"
    | "session.signOut"
    | "session.signInFailed"
    | "session.revoke"
    | "account.changePassword"
    | "account.resetPassword"
    | "account.askEmailChange"
    | "account.changeEmail";
  /** Null for an address that nobody has: as much is written for it, so that time tells nobody which it was. */
  accountId: string | null;
  request: RequestInfo;
  at: Date;
};

const organizationsMax = 500;
const dayMs = 86_400_000;
/** An organization that takes no entries is asked again after this, for so many days. */
const laterMs = 3_600_000;
const tellingDaysMax = 60;

/**
 * Notes what an account did in the platform's log, in the transaction of the act, and asks for its entry in
 * the log of each organization that it concerns. The caller wakes the relay after its commit. Answers the id
 * of what was noted.
 */
export async function noteAccountEvent(tx: PlatformTx, event: AccountEvent): Promise<string> {
  const { kind, accountId, request, at } = event;
  const eventId = uuid();
  await tx.securityEvent.create({
    data: {
      id: eventId,
      at,
      kind,
      accountId,
      ip: request.ip,
      requestId: request.id,
      detail: { userAgent: request.userAgent },
    },
    select: { id: true },
  });
  await enqueuePlatform(tx, "audit.account-event", { eventId }, { requestId: request.id });
  return eventId;
}

/** Writes an account's event into the log of every organization that it is an active member of. May run again. */
export async function tellOrganizations(payload: JobPayload<"audit.account-event">): Promise<void> {
  const { eventId, organizationId: only } = payload;
  const event = await platformDb().securityEvent.findUnique({ where: { id: eventId } });
  if (!event?.accountId) return;
  const memberships = await platformDb().membership.findMany({
    where: { accountId: event.accountId, status: "active", ...(only ? { organizationId: only } : {}) },
    select: { organizationId: true },
    take: organizationsMax,
  });
  const detail = event.detail as { userAgent?: unknown };
  const request = {
    id: event.requestId ?? eventId,
    ip: event.ip,
    userAgent: typeof detail.userAgent === "string" ? detail.userAgent : null,
  };
  let failure: unknown;
  for (const { organizationId } of memberships) {
    const told = { eventId, kind: event.kind, accountId: event.accountId, at: event.at };
    try {
      await tellOne(organizationId, told, request);
    } catch (error) {
      // One that takes no entries at present holds up none of the others: it has a job of its own, later.
      if (closedFor(error)) await tellLater(organizationId, event, request.id);
      else failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
}

/** Suspended or read-only; one that is being moved is back soon, and the job's own tries wait for it. */
function closedFor(error: unknown): boolean {
  return error instanceof AppError && error.code === "FORBIDDEN";
}

async function tellLater(
  organizationId: string,
  { id: eventId, at }: { id: string; at: Date },
  requestId: string,
): Promise<void> {
  const now = Date.now();
  if (now - at.getTime() > tellingDaysMax * dayMs) {
    log("identity").warn({ event: eventId, organization: organizationId }, "an event was not told in time");
    return;
  }
  const later = { at: new Date(now + laterMs), requestId };
  await platformDb().$transaction((tx) =>
    enqueuePlatform(tx, "audit.account-event", { eventId, organizationId }, later),
  );
}

async function tellOne(
  organizationId: string,
  event: { eventId: string; kind: string; accountId: string; at: Date },
  request: RequestInfo,
): Promise<void> {
  const organization = await findOrganizationById(organizationId);
  if (!organization) return;
  const door: Door = {
    organization,
    actor: { kind: "system", name: "Astra", permissions: new Set() },
    request,
    clock: { now: () => event.at },
    log: log("identity").child({ requestId: request.id, organization: organizationId }),
    accessVersion: undefined,
  };
  await transact(door, "write", async (ctx) => {
    const member = await ctx.db.member.findUnique({
      where: { accountId: event.accountId },
      select: { id: true, name: true, status: true, role: { select: { key: true } } },
    });
    if (member?.status !== "active") return;
    const { id: memberId, name } = member;
    const { accountId } = event;
    const { permissions } = ctx.actor;
    const roleKey = member.role.key;
    // Whoever failed to sign in is not shown to be the member: it was done to them, not by them.
    const actor: Actor =
      event.kind === "session.signInFailed"
        ? { kind: "anonymous", name: "Somebody unknown", permissions }
        : { kind: "member", memberId, accountId, name, roleKey, permissions };
    await audit(
      { ...ctx, actor },
      {
        // The same event has the same entry, however often it is told.
        id: namedUuid(event.eventId, organizationId),
        action: event.kind,
        target: { type: "member", id: memberId, label: name },
      },
    );
  });
}
