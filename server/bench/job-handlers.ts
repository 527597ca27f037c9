import { jobs, type JobName } from "../jobs/registry.ts";
import type { Handlers } from "../jobs/run.ts";

/** Handlers that do nothing, so that a bench measures its own jobs and not the repeating ones of the product. */
export const idleHandlers = Object.fromEntries(
  (Object.keys(jobs) as JobName[]).map((name) => [
    name,
    jobs[name].scope === "tenant" ? { inTenant: async () => {} } : { platform: async () => {} },
  ]),
  // Each has the form that its job's scope asks for.
) as unknown as Handlers;
