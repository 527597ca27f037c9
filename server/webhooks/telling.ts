import { audit } from "../audit/audit.ts";
import { emit } from "../events/emit.ts";
import { notify } from "../notifications/notify.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import type { Renewed } from "./record.ts";
import { deliveryErrors } from "./schema.ts";
import type { Outcome } from "./send.ts";

/** While an endpoint goes on having dead letters, it is told of once in this time. */
const toldAgainMs = 86_400_000;

/**
 * Tells those who manage webhooks that an endpoint begins to have dead letters, and that it was disabled, which also
 * has its entry in the log and its event; in the transaction that notes it.
 */
export async function tellOfOutcomes(
  ctx: WriteCtx,
  endpointId: string,
  row: Renewed,
  outcomes: readonly Outcome[],
): Promise<void> {
  const name = nameOf(row);
  if (row.disabledNow) await tellDisabled(ctx, endpointId, row, name);
  const dead = outcomes.findLast(({ state }) => state === "dead");
  if (!dead || row.disabledNow || row.state === "deleted") return;
  const key = `webhook_dead:${endpointId}`;
  const since = new Date(ctx.clock.now().getTime() - toldAgainMs);
  if (await ctx.db.notification.findFirst({ where: { key, at: { gt: since } }, select: { id: true } }))
    return;
  const reason = deliveryErrors[dead.error ?? "status"];
  await notify(ctx, "webhook_dead_letters", { key, data: { endpointId, name, reason } });
}

async function tellDisabled(ctx: WriteCtx, endpointId: string, row: Renewed, name: string): Promise<void> {
  const disabledFor = row.disabledFor ?? "failing";
  await audit(ctx, {
    action: "webhooks.disable",
    target: { type: "webhook_endpoint", id: endpointId, label: name },
    before: { state: "active" },
    after: { state: "disabled", disabledFor },
  });
  const url = URL.parse(row.url)?.origin ?? "";
  await emit(ctx, "webhook_endpoint.disabled", { id: endpointId, url, reason: disabledFor });
  const key = `webhook_disabled:${endpointId}`;
  await notify(ctx, "webhook_disabled", { key, data: { endpointId, name, disabledFor } });
}

/** What people know an endpoint by: what somebody has called it, or where it leads. */
function nameOf({ description, url }: Pick<Renewed, "description" | "url">): string {
  return (description || (URL.parse(url)?.host ?? "")).slice(0, 200);
}
