import { v7 as uuid } from "uuid";
import { wakeRelay } from "../jobs/wake.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { events, type EventData, type EventType } from "./catalogue.ts";

/**
 * Records that something happened, in the transaction in which it happens, with a delivery to each endpoint that
 * wants to hear of it: due where it is active, held where it is stopped. One statement, whether there are endpoints
 * or not. Throws when the data does not fit the catalogue.
 */
export async function emit<Type extends EventType>(
  ctx: WriteCtx,
  type: Type,
  data: EventData<Type>,
): Promise<void> {
  await emitMany(ctx, type, [data]);
}

/** As emit, for many of one type by one statement. */
export async function emitMany<Type extends EventType>(
  ctx: WriteCtx,
  type: Type,
  data: readonly EventData<Type>[],
): Promise<void> {
  if (data.length === 0) return;
  const ids = data.map(() => uuid());
  const texts = data.map((one) => JSON.stringify(events[type].data.parse(one)));
  const at = ctx.clock.now();
  // A delivery's id begins as its event's does, so that deliveries are in the order of events.
  // Endpoints are locked as the deliveries' foreign key locks them, but before their state is judged: one that is being
  // resumed is waited for and found active, where its recovery may be over before a held delivery could be seen.
  const asked = await ctx.db.$queryRaw<{ id: string }[]>`
    WITH happened AS MATERIALIZED (
      SELECT h.id, h.text FROM unnest(${ids}::uuid[], ${texts}::text[]) AS h (id, text)
    ), written AS (
      INSERT INTO events (id, type, at, data)
      SELECT h.id, ${type}, ${at}::timestamptz, h.text::jsonb FROM happened h
    ), wanting AS MATERIALIZED (
      SELECT e.id, e.state = 'active' AS active FROM webhook_endpoints e
      WHERE e.state <> 'deleted' AND e.types && ${filtersOf(type)}::text[] FOR KEY SHARE
    ), sent AS (
      INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, state, created_at, settled_at)
      SELECT encode(substring(uuid_send(h.id) FOR 10) || substring(uuid_send(gen_random_uuid()) FROM 11), 'hex')::uuid,
        w.id, h.id, ${type}, CASE WHEN w.active THEN 'pending' ELSE 'held' END, ${at}::timestamptz,
        CASE WHEN NOT w.active THEN ${at}::timestamptz END
      FROM wanting w CROSS JOIN happened h
    )
    SELECT astra.enqueue('webhooks.deliver', jsonb_build_object('endpointId', w.id), NULL, ${ctx.request.id}) AS id
    FROM wanting w WHERE w.active`;
  if (asked.length > 0) ctx.afterCommit(() => wakeRelay("webhooks"));
}

/** What an endpoint that wants a type may have written down for it. */
function filtersOf(type: string): string[] {
  return ["*", type.replace(/\..*$/, ".*"), type];
}
