import { tenancy } from "../tenancy/kernel.ts";
import type { Clock } from "../platform/clock.ts";
import type { Meter } from "../plans/catalogue.ts";
import type { Door, OrganizationInfo } from "../tenancy/context.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import { recordUsage } from "../usage/record.ts";

/** A door of the system at a moment, for what the worker does. */
export function usageDoor(organization: OrganizationInfo, now: Date): Door {
  const clock: Clock = { now: () => now };
  return { ...systemDoor(organization, { id: "test", ip: null, userAgent: null }), clock };
}

type Used = { meter?: Meter; quantity?: number; identifier?: string };

/** Records what was used at a moment. Answers whether it was new. */
export function useAt(organization: OrganizationInfo, at: Date, used: Used = {}): Promise<boolean> {
  const { meter = "api_calls", quantity = 1, identifier = crypto.randomUUID() } = used;
  return transact(usageDoor(organization, at), "write", (ctx) =>
    recordUsage(ctx, meter, quantity, identifier),
  );
}

export type StoredHour = { meter: string; hour: string; quantity: number; state: string };

/** The hours that stand, the oldest first. */
export async function hoursOf({ id }: OrganizationInfo): Promise<StoredHour[]> {
  const rows = await tenancy().withTenant(id, { readOnly: true }, (db) =>
    db.usageHour.findMany({ orderBy: [{ hour: "asc" }, { meter: "asc" }] }),
  );
  return rows.map(({ meter, hour, quantity, state }) => ({
    meter,
    hour: hour.toISOString(),
    quantity: Number(quantity),
    state,
  }));
}
