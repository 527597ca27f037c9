import { v7 as uuid } from "uuid";
import { Prisma } from "#prisma/generated/tenant/client.ts";
import { audit } from "../audit/audit.ts";
import { isTypeFilter, kindOf } from "../events/catalogue.ts";
import { emit } from "../events/emit.ts";
import { assertRoom } from "../plans/quota.ts";
import { AppError, notFound } from "../platform/errors.ts";
import { outbound } from "../platform/outbound.ts";
import { newSigningSecret } from "../platform/webhook-signature.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { askForDeliveries } from "./ask.ts";
import {
  deliveryErrors,
  schedulePresets,
  type AddressHint,
  type CreateEndpoint,
  type UpdateEndpoint,
} from "./schema.ts";
import { closeHeaders, closeSecret, openHeaders } from "./secrets.ts";

/** An endpoint's own headers, as their names and values stand in a request. */
type Headers = Record<string, string>;

/** An endpoint as a change finds it. */
export type EndpointRow = {
  id: string;
  url: string;
  description: string;
  types: string[];
  payload: string;
  headerNames: string[];
  headers: string | null;
  schedule: number[];
  perSecond: number | null;
  concurrency: number;
  secret: string;
  previousSecret: string | null;
  overlapUntil: Date | null;
  state: string;
  stoppedAt: Date | null;
  version: number;
};

const columns = {
  id: true,
  url: true,
  description: true,
  types: true,
  payload: true,
  headerNames: true,
  headers: true,
  schedule: true,
  perSecond: true,
  concurrency: true,
  secret: true,
  previousSecret: true,
  overlapUntil: true,
  state: true,
  stoppedAt: true,
  version: true,
} as const;

/**
 * Adds an endpoint and answers the secret that signs what is sent there. Throws AppError destination_refused,
 * unknown_event_type, secret_needed for a header without a value, and limit_reached.
 */
export async function createEndpoint(
  door: Door,
  input: CreateEndpoint,
): Promise<{ id: string; secret: string; hint: AddressHint }> {
  assertReachable(input.url);
  const types = chosenTypes(input.types);
  const headers = headersOf(input.headers, {});
  const hint = await outbound().hintOf(input.url);
  const id = uuid();
  const secret = newSigningSecret();
  await transact(door, "write", async (ctx) => {
    await assertRoom(ctx, "endpoints");
    const owner = { organizationId: ctx.organization.id, id };
    const now = ctx.clock.now();
    const { url, description, payload, perSecond, concurrency } = input;
    const schedule = pausesOf(input.schedule);
    const headerNames = Object.keys(headers);
    const shown = { description, types, payload, headerNames, schedule, perSecond, concurrency };
    // Before it is there: it is others that hear of it.
    await emit(ctx, "webhook_endpoint.created", told({ id, url }));
    await ctx.db.webhookEndpoint.create({
      data: {
        ...shown,
        id,
        url,
        headers: await closeHeaders(ctx.db, owner, headers),
        secret: await closeSecret(ctx.db, owner, secret),
        createdById: ctx.actor.kind === "member" ? ctx.actor.memberId : null,
        createdAt: now,
        updatedAt: now,
      },
      select: { id: true },
    });
    await audit(ctx, {
      action: "webhooks.create",
      target: targetOf({ id, url }),
      after: { url: shownUrl(url), ...shown },
    });
  });
  return { id, secret, hint };
}

/**
 * Changes an endpoint's settings. Throws AppError not_found, endpoint_changed when it is another one than was read,
 * destination_refused, unknown_event_type, and secret_needed where an old header's value would go to another place.
 */
export async function updateEndpoint(
  door: Door,
  input: UpdateEndpoint,
): Promise<{ id: string; version: number; hint: AddressHint }> {
  if (input.url) assertReachable(input.url);
  const types = input.types && chosenTypes(input.types);
  const hint = input.url ? await outbound().hintOf(input.url) : null;
  const version = await transact(door, "write", async (ctx) => {
    const before = await holdEndpoint(ctx, input.id);
    if (input.version !== undefined && input.version !== before.version) throw changed();
    const headers = await changedHeaders(ctx, before, input);
    const after = {
      url: input.url ?? before.url,
      description: input.description ?? before.description,
      types: types ?? before.types,
      payload: input.payload ?? before.payload,
      headerNames: headers ? Object.keys(headers.values) : before.headerNames,
      schedule: input.schedule ? pausesOf(input.schedule) : before.schedule,
      perSecond: input.perSecond === undefined ? before.perSecond : input.perSecond,
      concurrency: input.concurrency ?? before.concurrency,
    };
    await ctx.db.webhookEndpoint.update({
      where: { id: before.id },
      data: {
        ...after,
        ...(headers ? { headers: headers.closed } : {}),
        version: before.version + 1,
        updatedAt: ctx.clock.now(),
      },
      select: { id: true },
    });
    await audit(ctx, {
      action: "webhooks.update",
      target: targetOf(after.url === before.url ? before : { id: before.id, url: after.url }),
      before: auditedOf(before),
      after: { ...auditedOf(after), ...(headers ? { headersEntered: true } : {}) },
    });
    await emit(ctx, "webhook_endpoint.updated", told({ id: before.id, url: after.url }));
    // What waits may go faster now, or elsewhere.
    if (before.state === "active") await askForDeliveries(ctx, before.id);
    return before.version + 1;
  });
  return { id: input.id, version, hint };
}

/**
 * An endpoint that is not deleted, held until the commit: of two changes at once the second sees the first. Whoever
 * changes its state has those wait who write events for it; to others it is no obstacle. Throws AppError not_found.
 */
export async function holdEndpoint(ctx: WriteCtx, id: string, { state = false } = {}): Promise<EndpointRow> {
  const lock = state ? Prisma.sql`FOR UPDATE` : Prisma.sql`FOR NO KEY UPDATE`;
  await ctx.db.$queryRaw`SELECT FROM webhook_endpoints WHERE id = ${id}::uuid ${lock}`;
  const endpoint = await ctx.db.webhookEndpoint.findUnique({ where: { id }, select: columns });
  if (!endpoint || endpoint.state === "deleted") throw notFound("endpoint");
  return endpoint;
}

/** How an endpoint stands in the log: by where it leads. */
export function targetOf({ id, url }: { id: string; url: string }) {
  return { type: "webhook_endpoint", id, label: shownUrl(url) };
}

/** What an endpoint's events tell of it: no path or query, which are a secret at many receivers. */
export function told({ id, url }: { id: string; url: string }): { id: string; url: string } {
  return { id, url: new URL(url).origin };
}

function shownUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return pathname === "/" && search === "" ? `${origin}/` : `${origin}/…`;
}

type Audited = Pick<
  EndpointRow,
  "url" | "description" | "types" | "payload" | "headerNames" | "schedule" | "perSecond" | "concurrency"
>;

function auditedOf(endpoint: Audited) {
  const { url, description, types, payload, headerNames, schedule, perSecond, concurrency } = endpoint;
  return {
    url: shownUrl(url),
    description,
    types,
    payload,
    headerNames,
    schedule,
    perSecond,
    concurrency,
  };
}

function changed(): AppError {
  const message = "Somebody has changed this endpoint meanwhile. Look at it again.";
  return new AppError("CONFLICT", "endpoint_changed", message, { field: "version" });
}

function assertReachable(url: string): void {
  const refusal = outbound().refusalOf(url);
  if (refusal)
    throw new AppError("BAD_REQUEST", "destination_refused", deliveryErrors[refusal], { field: "url" });
}

/** Each filter once, without those that another one holds in it. Throws AppError unknown_event_type. */
function chosenTypes(filters: readonly string[]): string[] {
  const unknown = filters.filter((filter) => !isTypeFilter(filter));
  if (unknown.length > 0) {
    const message = `There are no such events: ${unknown.join(", ")}.`;
    throw new AppError("BAD_REQUEST", "unknown_event_type", message, { field: "types", names: unknown });
  }
  if (filters.includes("*")) return ["*"];
  const kinds = new Set(filters.filter((filter) => filter.endsWith(".*")).map(kindOf));
  const kept = filters.filter((filter) => filter.endsWith(".*") || !kinds.has(kindOf(filter)));
  return [...new Set(kept)].toSorted();
}

function pausesOf(schedule: CreateEndpoint["schedule"]): number[] {
  return typeof schedule === "string" ? [...schedulePresets[schedule]] : schedule;
}

/** The headers that were asked for; values that are left out are taken from those that are known. */
function headersOf(given: CreateEndpoint["headers"], known: Headers): Headers {
  const byName = new Map(Object.entries(known).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.fromEntries(
    given.map(({ name, value }) => {
      const kept = value ?? byName.get(name.toLowerCase());
      if (kept === undefined) throw secretNeeded(`Enter the value of ${name}.`);
      return [name, kept];
    }),
  );
}

/** Whoever may change the address must not learn, by that, a value that somebody else has entered. */
async function changedHeaders(
  ctx: WriteCtx,
  before: EndpointRow,
  input: UpdateEndpoint,
): Promise<{ values: Headers; closed: string | null } | null> {
  const elsewhere = input.url !== undefined && new URL(input.url).origin !== new URL(before.url).origin;
  const keeps = input.headers
    ? input.headers.some(({ value }) => value === undefined)
    : before.headerNames.length > 0;
  if (elsewhere && keeps) {
    throw secretNeeded(
      "Enter the headers' values again: they are not sent to another place than they were entered for.",
    );
  }
  if (!input.headers) return null;
  const owner = { organizationId: ctx.organization.id, id: before.id };
  const known = keeps ? await openHeaders(ctx.db, owner, before.headers) : {};
  const values = headersOf(input.headers, known);
  return { values, closed: await closeHeaders(ctx.db, owner, values) };
}

function secretNeeded(message: string): AppError {
  return new AppError("BAD_REQUEST", "secret_needed", message, { field: "headers" });
}
