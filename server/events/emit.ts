import type { WriteCtx } from "../tenancy/context.ts";
import { events, type EventData, type EventType } from "./catalogue.ts";

/** Records that something happened, in the transaction in which it happens. Throws when the data does not fit the catalogue. */
export async function emit<Type extends EventType>(
  ctx: WriteCtx,
  type: Type,
  data: EventData<Type>,
): Promise<void> {
  await ctx.db.event.create({
    data: { type, at: ctx.clock.now(), data: events[type].parse(data) },
    select: { id: true },
  });
}
