import { v7 as uuid } from "uuid";
import { emit } from "../events/emit.ts";
import { ownerPool } from "../fleet/owner.ts";
import { newSigningSecret } from "../platform/webhook-signature.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { transact } from "../tenancy/transact.ts";
import type { Door, OrganizationInfo } from "../tenancy/context.ts";
import { deliverToEndpoint } from "../webhooks/deliver.ts";
import { closeHeaders, closeSecret } from "../webhooks/secrets.ts";
import type { Received, Receiver } from "./receiver.ts";

export type TestEndpoint = { id: string; secret: string; organization: OrganizationInfo };

type Given = {
  types?: string[];
  payload?: "full" | "thin";
  headers?: Record<string, string>;
  schedule?: number[];
  perSecond?: number;
  concurrency?: number;
  state?: "active" | "paused";
};

/** An endpoint of an organization, past every rule of making one. */
export async function buildEndpoint(
  organization: OrganizationInfo,
  url: string,
  given: Given = {},
): Promise<TestEndpoint> {
  const { headers = {}, types = ["*"], schedule = [300, 3_600], ...plain } = given;
  const id = uuid();
  const secret = newSigningSecret();
  const owner = { organizationId: organization.id, id };
  await tenancy().withTenant(organization.id, { readOnly: false }, async (db) =>
    db.webhookEndpoint.create({
      data: {
        id,
        url,
        types,
        schedule,
        headerNames: Object.keys(headers),
        headers: await closeHeaders(db, owner, headers),
        secret: await closeSecret(db, owner, secret),
        ...plain,
      },
      select: { id: true },
    }),
  );
  return { id, secret, organization };
}

/** The door at which a worker acts for an organization. */
export function workerDoor(organization: OrganizationInfo): Door {
  return systemDoor(organization, { id: "delivery", ip: null, userAgent: null });
}

/** Events of one type in one transaction; answers nothing, as emit does. */
export async function emitProjects(organization: OrganizationInfo, names: readonly string[]): Promise<void> {
  await transact(workerDoor(organization), "write", async (ctx) => {
    for (const name of names) await emit(ctx, "project.created", { id: uuid(), name });
  });
}

/** What a worker does for an endpoint's job. */
export async function deliver({ organization, id }: TestEndpoint): Promise<void> {
  await deliverToEndpoint(
    workerDoor(organization),
    { endpointId: id },
    { signal: new AbortController().signal },
  );
}

/** One of the requests that a receiver has got. Throws when there were not so many. */
export function requestOf({ received }: Receiver, index: number): Received {
  const one = received[index];
  if (!one) throw new Error(`there were ${received.length} requests`);
  return one;
}

/** The endpoint's deliveries with their tries, the oldest first. */
export async function deliveriesOf({ organization, id }: TestEndpoint) {
  return tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.webhookDelivery.findMany({
      where: { endpointId: id },
      orderBy: { id: "asc" },
      include: { attemptRows: { orderBy: { number: "asc" } } },
    }),
  );
}

/** The endpoint's row. */
export async function endpointRow({ organization, id }: TestEndpoint) {
  return tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.webhookEndpoint.findUniqueOrThrow({ where: { id } }),
  );
}

/** Jobs that ask for a look at the endpoint and have not begun, by when they are due. */
export async function asksFor({ id }: TestEndpoint): Promise<{ state: string; inSeconds: number }[]> {
  const { rows } = await ownerPool("main").query<{ state: string; inSeconds: number }>(
    `SELECT state, extract(epoch FROM run_at - now())::float8 AS "inSeconds" FROM astra.outbox
     WHERE name = 'webhooks.deliver' AND payload ->> 'endpointId' = $1 AND state IN ('pending', 'dispatched')
     ORDER BY run_at`,
    [id],
  );
  return rows;
}

/** As if this many seconds had passed, for the endpoint and all that waits for it. */
export async function passTime({ organization, id }: TestEndpoint, seconds: number): Promise<void> {
  await tenancy().withTenant(organization.id, { readOnly: false }, async (db) => {
    await db.$executeRaw`UPDATE webhook_deliveries SET next_try_at = next_try_at - ${seconds} * interval '1 second'
      WHERE endpoint_id = ${id}::uuid AND state = 'pending'`;
    await db.$executeRaw`UPDATE webhook_endpoints SET next_send_at = next_send_at - ${seconds} * interval '1 second',
      failing_since = failing_since - ${seconds} * interval '1 second' WHERE id = ${id}::uuid`;
  });
  await ownerPool("main").query(
    `UPDATE astra.outbox SET run_at = run_at - $2 * interval '1 second'
     WHERE name = 'webhooks.deliver' AND payload ->> 'endpointId' = $1 AND state = 'pending'`,
    [id, seconds],
  );
}
