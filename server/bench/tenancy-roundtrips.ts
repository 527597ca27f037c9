// How often a connection waits for the server, counted between the two.
import { setTimeout as sleep } from "node:timers/promises";
import { env } from "../platform/env.ts";
import { tenancy } from "../tenancy/kernel.ts";
import type { TenantDb } from "../tenancy/tenant-db.ts";
import { progress, type Bench } from "./figure.ts";
import { startProxy, type Proxy } from "./proxy.ts";
import { closeConnections, makeTenants } from "./tenants.ts";

const calls = 100;

// Long enough for the answer to a COMMIT that nobody waits for.
const pauseMs = 50;

type Kind = { goal: number; run: (tenantId: string) => Promise<unknown> };

const kinds: Record<string, Kind> = {
  read: {
    goal: 2,
    run: (id) =>
      tenancy().withTenant(id, { readOnly: true }, (db) => db.role.findFirst({ where: { key: "owner" } })),
  },
  write: { goal: 3, run: (id) => tenancy().withTenant(id, { readOnly: false }, changeSettings) },
};

function changeSettings(db: TenantDb): Promise<unknown> {
  return db.accessSettings.updateMany({ where: { one: true }, data: { keyDaysMax: 90 } });
}

export const bench: Bench = {
  async run(report) {
    const address = new URL(env().DATABASE_APP_URL);
    const proxy = await startProxy({ host: address.hostname, port: Number(address.port) });
    address.port = String(proxy.port);
    // The kernel makes its pool at its first use, below.
    env().DATABASE_APP_URL = address.href;
    const ids = await makeTenants(2);
    progress("Counting round trips …");
    for (const [kind, { goal, run }] of Object.entries(kinds)) {
      const alone = await countTrips(proxy, ids, run, pauseMs);
      const inARow = await countTrips(proxy, ids, run, 0);
      report({
        name: "tenancy.read.roundtrips",
        details: { kind, beforeTheAnswer: alone.beforeTheAnswer, inARow: inARow.all },
        value: alone.all,
        unit: "trips",
        goal,
        n: calls,
      });
    }
    await closeConnections();
    await proxy.close();
  },
};

/** Round trips of one call: those that its caller waits for, and all, with the one that leaves the tenant. */
async function countTrips(
  proxy: Proxy,
  ids: string[],
  run: (tenantId: string) => Promise<unknown>,
  pause: number,
): Promise<{ beforeTheAnswer: number; all: number }> {
  // The first ones connect, and read the tenants' placements.
  for (const id of ids) await run(id);
  await sleep(pauseMs);
  const atFirst = proxy.trips();
  let waitedFor = 0;
  for (let call = 0; call < calls; call++) {
    const before = proxy.trips();
    await run(ids[call % ids.length] ?? "");
    waitedFor += proxy.trips() - before;
    if (pause > 0) await sleep(pause);
  }
  await sleep(pauseMs);
  return { beforeTheAnswer: waitedFor / calls, all: (proxy.trips() - atFirst) / calls };
}
