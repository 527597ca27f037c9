import { z } from "zod";

/**
 * One kind of job. `scope` says whose outbox row it is: a tenant's job runs inside that tenant, a
 * platform job sees no tenant. Payloads hold ids, never an organization's data.
 */
export type JobDefinition = {
  scope: "tenant" | "platform";
  payload: z.ZodType;
  /** Tries in all, the first included; after the last the job is dead and waits for an operator. */
  attempts: number;
  /** Pause before the second try, in milliseconds; it doubles with each further one. */
  backoffMs: number;
  /** Longest run of one try, in milliseconds; afterwards it is given to another worker. */
  deadlineMs: number;
};

const id = z.uuid();

export const jobs = {
  "fleet.fill-ready-pool": {
    scope: "platform",
    payload: z.strictObject({}),
    attempts: 5,
    backoffMs: 1_000,
    deadlineMs: 120_000,
  },
  "organizations.open": {
    scope: "platform",
    payload: z.strictObject({ organizationId: id }),
    attempts: 10,
    backoffMs: 500,
    deadlineMs: 30_000,
  },
  "mail.account": {
    scope: "platform",
    payload: z.strictObject({
      kind: z.enum(["confirm_email", "reset_password", "already_registered"]),
      accountId: id,
      /** Absent for mails without a link of their own. */
      tokenId: id.optional(),
    }),
    attempts: 8,
    backoffMs: 2_000,
    deadlineMs: 30_000,
  },
  "directory.sync-profile": {
    scope: "tenant",
    payload: z.strictObject({}),
    attempts: 10,
    backoffMs: 500,
    deadlineMs: 30_000,
  },
  "directory.sync-member": {
    scope: "tenant",
    payload: z.strictObject({ memberId: id }),
    attempts: 10,
    backoffMs: 500,
    deadlineMs: 30_000,
  },
  "organizations.erase": {
    scope: "tenant",
    payload: z.strictObject({}),
    attempts: 10,
    backoffMs: 60_000,
    deadlineMs: 300_000,
  },
} as const satisfies Record<string, JobDefinition>;

export type JobName = keyof typeof jobs;
export type JobPayload<Name extends JobName> = z.infer<(typeof jobs)[Name]["payload"]>;
type OfScope<Scope> = { [Name in JobName]: (typeof jobs)[Name]["scope"] extends Scope ? Name : never }[JobName];
export type TenantJobName = OfScope<"tenant">;
export type PlatformJobName = OfScope<"platform">;

/** The jobs that a tenant may ask for; the database refuses others. */
export const tenantJobNames = (Object.keys(jobs) as JobName[]).filter((name) => jobs[name].scope === "tenant");

/** Whether this version knows a job; rows may have been written by another one. */
export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobs, name);
}
