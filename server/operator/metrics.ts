import { bearsToken } from "../platform/bearer.ts";
import { platformDb } from "../platform/database.ts";
import { env } from "../platform/env.ts";
import { addGauge, metricsRegistry } from "../platform/metrics.ts";
import { appPool } from "../tenancy/kernel.ts";

let registered = false;

function registerGauges(): void {
  if (registered) return;
  registered = true;
  addGauge("astra_pool_connections", "Connections of the tenant pool", () => appPool("main").totalCount);
  addGauge("astra_pool_idle", "Idle connections of the tenant pool", () => appPool("main").idleCount);
  addGauge("astra_pool_waiting", "Requests that wait for a connection", () => appPool("main").waitingCount);
  addGauge("astra_outbox_oldest_seconds", "Age of the oldest due outbox row", async () => {
    const rows = await platformDb().$queryRaw<{ oldest_seconds: number }[]>`
      SELECT oldest_seconds FROM astra.outbox_figures()`;
    return rows[0]?.oldest_seconds ?? 0;
  });
}

/** The figures of this process for whoever holds METRICS_TOKEN; without a token there is nothing to see. */
export async function answerMetrics(request: Request): Promise<Response> {
  if (!bearsToken(request.headers.get("authorization"), env().METRICS_TOKEN)) {
    return new Response("not found", { status: 404 });
  }
  registerGauges();
  return new Response(await metricsRegistry.metrics(), {
    headers: { "content-type": metricsRegistry.contentType },
  });
}
