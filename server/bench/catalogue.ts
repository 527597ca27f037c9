import type { Bench } from "./figure.ts";

type Entry = { figures: readonly string[]; load(): Promise<{ bench: Bench }> };

/** Every bench: what it reports, and where it is. Each runs in a process and on databases of its own. */
export const catalogue: Record<string, Entry> = {
  "tenancy-read": {
    figures: ["tenancy.read.overhead", "tenancy.latency", "tenancy.cpu.total", "tenancy.naive"],
    load: () => import("./tenancy-read.ts"),
  },
  "tenancy-roundtrips": {
    figures: ["tenancy.read.roundtrips"],
    load: () => import("./tenancy-roundtrips.ts"),
  },
  "tenancy-role": { figures: ["tenancy.role.cost"], load: () => import("./tenancy-role.ts") },
  "tenancy-rls": { figures: ["tenancy.rls.cost"], load: () => import("./tenancy-rls.ts") },
  "audit-append": { figures: ["audit.append", "audit.writers64"], load: () => import("./audit-append.ts") },
  "audit-chain": {
    figures: ["audit.seal", "audit.verify", "audit.verify.memory", "audit.view"],
    load: () => import("./audit-chain.ts"),
  },
  "jobs-latency": { figures: ["jobs.latency"], load: () => import("./jobs-latency.ts") },
  "jobs-throughput": { figures: ["jobs.throughput"], load: () => import("./jobs-throughput.ts") },
  "webhooks-first-byte": {
    figures: ["webhooks.first_byte"],
    load: () => import("./webhooks-first-byte.ts"),
  },
  "webhooks-throughput": {
    figures: ["webhooks.throughput", "webhooks.memory"],
    load: () => import("./webhooks-throughput.ts"),
  },
  "webhooks-fairness": { figures: ["webhooks.fairness"], load: () => import("./webhooks-fairness.ts") },
  "tenancy-provision": { figures: ["tenancy.provision.cold"], load: () => import("./tenancy-provision.ts") },
  access: { figures: ["access.check.l1", "access.invalidation"], load: () => import("./access.ts") },
  "billing-access": { figures: ["billing.access"], load: () => import("./billing-access.ts") },
  "billing-ack": { figures: ["billing.ack", "billing.ack.lost"], load: () => import("./billing-ack.ts") },
  "http-read": { figures: ["http.read"], load: () => import("./http-read.ts") },
};

/**
 * The benches that report a figure whose name begins like this; all of them without a name. Throws an Error
 * that lists the names when there is none.
 */
export function chosenBenches(beginning: string): string[] {
  const chosen = Object.keys(catalogue).filter((bench) =>
    catalogue[bench]?.figures.some((name) => name.startsWith(beginning)),
  );
  if (chosen.length > 0) return chosen;
  const names = Object.values(catalogue).flatMap(({ figures }) => figures);
  throw new Error(`There is no figure "${beginning}". There are:\n  ${names.join("\n  ")}`);
}
