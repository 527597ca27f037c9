import { z } from "zod";
import { SharedCache } from "../platform/shared-cache.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { planOf, type Plan } from "./catalogue.ts";

/** What holds for one organization: its plan, what that allows, and what it has settled for itself. */
export type TenantConfig = { plan: string; planName: string; limits: Plan["limits"]; settings: Settings };

type Settings = z.infer<typeof Settings>;

const Settings = z.object({
  /** Longest life of a new API key, in days; null for no limit. */
  keyDaysMax: z.number().nullable(),
  /** Every read of every member stands in the log. */
  recordReads: z.boolean(),
});
const limit = z.number().nullable();
const ConfigText = z.object({
  epoch: z.number(),
  accessVersion: z.number(),
  plan: z.string(),
  planName: z.string(),
  limits: z.object({ seats: limit, projects: limit, api_keys: limit, endpoints: limit }),
  settings: Settings,
});
type Remembered = z.infer<typeof ConfigText>;

const configs = new SharedCache<Remembered>({
  name: "config",
  ttlSeconds: 300,
  entriesMax: 10_000,
  write: (config) => JSON.stringify(config),
  read: (text) => {
    try {
      return ConfigText.safeParse(JSON.parse(text)).data;
    } catch {
      return undefined;
    }
  },
});

const keyOf = (organizationId: string) => `tenant:${organizationId}:config`;

/**
 * The organization's configuration: from this process, from Redis, or read anew. Whoever changes a setting raises
 * the version that this transaction is held against by the guard, and another plan is another configuration: what
 * was remembered before does no harm.
 */
export async function tenantConfig(ctx: ReadCtx): Promise<TenantConfig> {
  const { id, plan } = ctx.organization;
  const { accessVersion } = ctx;
  const epoch = await tenancy().epochOf(id);
  const isNow = (config: Remembered | undefined) =>
    config?.accessVersion === accessVersion && config?.epoch === epoch && config?.plan === plan
      ? config
      : undefined;
  const known = isNow(configs.own(keyOf(id))) ?? isNow(await configs.shared(keyOf(id)));
  if (known) return known;
  const { name: planName, limits } = planOf(plan);
  const config = { plan, planName, limits, settings: await readSettings(ctx) };
  if (accessVersion !== undefined && epoch !== null) {
    void configs.put(keyOf(id), { ...config, epoch, accessVersion });
  }
  return config;
}

async function readSettings({ db }: ReadCtx): Promise<Settings> {
  const access = await db.accessSettings.findUnique({
    where: { one: true },
    select: { keyDaysMax: true },
  });
  const log = await db.auditSettings.findUnique({ where: { one: true }, select: { recordReads: true } });
  return { keyDaysMax: access?.keyDaysMax ?? null, recordReads: log?.recordReads ?? true };
}

/** Drops one organization's configuration; no other's. */
export function dropConfig(organizationId: string): Promise<void> {
  return configs.drop(keyOf(organizationId));
}
