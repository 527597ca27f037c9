// A tenant made from nothing: directory row, role, schema, tables, rows, walls.
import { provisionTenant } from "../fleet/provision.ts";
import { progress, type Bench } from "./figure.ts";
import { median, quantile } from "./measure.ts";
import { closeConnections } from "./tenants.ts";

const tenants = 60;
const warmUp = 3;

export const bench: Bench = {
  async run(report) {
    progress(`Provisioning ${tenants} tenants, one after the other …`);
    const took: number[] = [];
    for (let made = -warmUp; made < tenants; made++) {
      const from = performance.now();
      await provisionTenant("main");
      if (made >= 0) took.push(performance.now() - from);
    }
    report({
      name: "tenancy.provision.cold",
      details: { p95Ms: quantile(took, 0.95) },
      value: median(took),
      unit: "ms",
      goal: 250,
      n: tenants,
    });
    await closeConnections();
  },
};
