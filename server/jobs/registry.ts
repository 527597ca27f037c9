import { z } from "zod";

/**
 * Queues and how many jobs of each one worker runs at once. Slow kinds have their own, so that they hold nobody up:
 * what one organization asks for and takes minutes, an export or a verification, is not in line with what seals all logs.
 */
export const queueConcurrency = {
  default: 10,
  mail: 4,
  fleet: 2,
  audit: 2,
  "audit-slow": 2,
  stream: 8,
  // Each is an endpoint that is being delivered to, and mostly waits for its receiver.
  webhooks: 256,
  // Waits for Stripe.
  billing: 8,
} as const;
export type QueueName = keyof typeof queueConcurrency;
export const queueNames = Object.keys(queueConcurrency) as QueueName[];

/**
 * One kind of job. `scope` says whose outbox row it is: a tenant's job runs inside that tenant, a
 * platform job sees no tenant. Payloads hold ids, never an organization's data.
 */
export type JobDefinition = {
  scope: "tenant" | "platform";
  queue: QueueName;
  payload: z.ZodType;
  /** Tries in all, the first included; after the last the job is dead and waits for an operator. */
  attempts: number;
  /** Pause before the second try, in milliseconds; it doubles with each further one, up to an hour. */
  backoffMs: number;
  /** Longest pause between two tries where an hour is too long, in milliseconds. */
  pauseMaxMs?: number;
  /** Longest run of one try, in milliseconds; afterwards it is given to another worker. */
  deadlineMs: number;
};

const id = z.uuid();

/** Which mail: what kind, about which row, and which deliberate sending of it. */
const mail = z.strictObject({
  kind: z.string().regex(/^[a-z][a-z_]{0,39}$/),
  subjectId: id,
  attempt: z.number().int().min(1).max(1_000),
});

/** About three hours: receivers that do not know us yet ask us to come back in a quarter of an hour. */
const mailTries = { attempts: 20, backoffMs: 5_000, pauseMaxMs: 900_000, deadlineMs: 30_000 } as const;

export const jobs = {
  "fleet.fill-ready-pool": {
    scope: "platform",
    queue: "fleet",
    payload: z.strictObject({}),
    attempts: 5,
    backoffMs: 1_000,
    deadlineMs: 120_000,
  },
  "jobs.trim": {
    scope: "platform",
    queue: "default",
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 10_000,
    deadlineMs: 60_000,
  },
  "organizations.open": {
    scope: "platform",
    queue: "default",
    payload: z.strictObject({ organizationId: id }),
    attempts: 10,
    backoffMs: 500,
    deadlineMs: 30_000,
  },
  "organizations.discard": {
    scope: "platform",
    queue: "fleet",
    payload: z.strictObject({ organizationId: id }),
    attempts: 10,
    backoffMs: 10_000,
    deadlineMs: 300_000,
  },
  "projects.purge": {
    scope: "platform",
    queue: "default",
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    deadlineMs: 900_000,
  },
  "api-keys.warn": {
    scope: "platform",
    queue: "default",
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    deadlineMs: 900_000,
  },
  "invites.trim": {
    scope: "platform",
    queue: "default",
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    deadlineMs: 900_000,
  },
  "notifications.trim": {
    scope: "platform",
    queue: "default",
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    deadlineMs: 900_000,
  },
  "mail.send": {
    scope: "platform",
    queue: "mail",
    payload: mail,
    ...mailTries,
  },
  // The same job, as organizations ask for it: about a row of their own, of a kind that is theirs.
  "mail.send-tenant": {
    scope: "tenant",
    queue: "mail",
    payload: mail,
    ...mailTries,
  },
  // What the version before asked for; nothing asks for it any more.
  "mail.account": {
    scope: "platform",
    queue: "mail",
    payload: z.strictObject({
      kind: z.enum(["confirm_email", "reset_password", "password_changed", "already_registered"]),
      accountId: id,
      /** The link that the mail holds or speaks of. */
      tokenId: id.optional(),
    }),
    ...mailTries,
  },
  "members.sync-account": {
    scope: "platform",
    queue: "default",
    payload: z.strictObject({ organizationId: id, accountId: id }),
    attempts: 10,
    backoffMs: 500,
    deadlineMs: 30_000,
  },
  "directory.sync-profile": {
    scope: "tenant",
    queue: "default",
    payload: z.strictObject({}),
    attempts: 10,
    backoffMs: 500,
    deadlineMs: 30_000,
  },
  "directory.sync-member": {
    scope: "tenant",
    queue: "default",
    payload: z.strictObject({ memberId: id }),
    attempts: 10,
    backoffMs: 500,
    deadlineMs: 30_000,
  },
  "audit.sweep": {
    scope: "platform",
    queue: "audit",
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 1_000,
    deadlineMs: 30_000,
  },
  "audit.sweep-all": {
    scope: "platform",
    queue: "audit",
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 10_000,
    deadlineMs: 240_000,
  },
  "audit.seal": {
    scope: "tenant",
    queue: "audit",
    payload: z.strictObject({}),
    attempts: 8,
    backoffMs: 1_000,
    deadlineMs: 300_000,
  },
  "audit.verify": {
    scope: "tenant",
    queue: "audit-slow",
    payload: z.strictObject({ runId: id }),
    attempts: 3,
    backoffMs: 2_000,
    deadlineMs: 900_000,
  },
  "audit.export": {
    scope: "tenant",
    queue: "audit-slow",
    payload: z.strictObject({ runId: id }),
    attempts: 3,
    backoffMs: 5_000,
    deadlineMs: 900_000,
  },
  "audit.stream": {
    scope: "tenant",
    queue: "stream",
    payload: z.strictObject({ streamId: id }),
    attempts: 5,
    backoffMs: 5_000,
    deadlineMs: 120_000,
  },
  "audit.account-event": {
    scope: "platform",
    queue: "audit",
    // Of one organization: it took no entry when the others were told.
    payload: z.strictObject({ eventId: id, organizationId: id.optional() }),
    attempts: 10,
    backoffMs: 2_000,
    deadlineMs: 60_000,
  },
  "audit.retain": {
    scope: "platform",
    queue: "audit",
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    deadlineMs: 900_000,
  },
  "webhooks.deliver": {
    scope: "tenant",
    queue: "webhooks",
    payload: z.strictObject({ endpointId: id }),
    // What a receiver does is no failure of the job: only workers that die use tries up.
    attempts: 20,
    backoffMs: 1_000,
    pauseMaxMs: 60_000,
    deadlineMs: 120_000,
  },
  "webhooks.recover": {
    scope: "tenant",
    queue: "default",
    payload: z.strictObject({ recoveryId: id }),
    attempts: 5,
    backoffMs: 5_000,
    deadlineMs: 900_000,
  },
  "webhooks.count": {
    scope: "platform",
    queue: "default",
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    deadlineMs: 300_000,
  },
  "webhooks.trim": {
    scope: "platform",
    queue: "default",
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    deadlineMs: 900_000,
  },
  "billing.take-event": {
    scope: "platform",
    queue: "billing",
    payload: z.strictObject({ eventId: z.string().regex(/^evt_\w{1,250}$/) }),
    attempts: 10,
    backoffMs: 2_000,
    deadlineMs: 60_000,
  },
  "billing.note-change": {
    scope: "platform",
    queue: "default",
    payload: z.strictObject({ changeId: id }),
    attempts: 10,
    backoffMs: 2_000,
    deadlineMs: 30_000,
  },
  "billing.tell-notice": {
    scope: "platform",
    queue: "billing",
    payload: z.strictObject({ noticeId: id }),
    // Nobody asks for it a second time.
    attempts: 20,
    backoffMs: 5_000,
    deadlineMs: 60_000,
  },
  "billing.remind-trials": {
    scope: "platform",
    queue: "billing",
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    deadlineMs: 900_000,
  },
  "billing.fit-seats": {
    scope: "tenant",
    queue: "billing",
    payload: z.strictObject({}),
    attempts: 10,
    backoffMs: 5_000,
    deadlineMs: 120_000,
  },
  "billing.close-customer": {
    scope: "platform",
    queue: "billing",
    payload: z.strictObject({ organizationId: id }),
    attempts: 20,
    backoffMs: 5_000,
    deadlineMs: 120_000,
  },
  "billing.reconcile": {
    scope: "platform",
    queue: "billing",
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    deadlineMs: 3_600_000,
  },
  "usage.fold": {
    scope: "tenant",
    queue: "default",
    payload: z.strictObject({}),
    attempts: 20,
    backoffMs: 5_000,
    pauseMaxMs: 600_000,
    deadlineMs: 300_000,
  },
  "usage.report": {
    scope: "tenant",
    queue: "billing",
    payload: z.strictObject({}),
    // About half a day of Stripe not answering; then the next hour's asks again.
    attempts: 20,
    backoffMs: 10_000,
    deadlineMs: 120_000,
  },
  "usage.trim": {
    scope: "platform",
    queue: "default",
    payload: z.strictObject({}),
    attempts: 3,
    backoffMs: 60_000,
    deadlineMs: 900_000,
  },
  "organizations.erase": {
    scope: "tenant",
    queue: "fleet",
    payload: z.strictObject({}),
    attempts: 10,
    backoffMs: 60_000,
    deadlineMs: 300_000,
  },
} as const satisfies Record<string, JobDefinition>;

export type JobName = keyof typeof jobs;
export type JobPayload<Name extends JobName> = z.infer<(typeof jobs)[Name]["payload"]>;
type OfScope<Scope> = {
  [Name in JobName]: (typeof jobs)[Name]["scope"] extends Scope ? Name : never;
}[JobName];
export type TenantJobName = OfScope<"tenant">;
export type PlatformJobName = OfScope<"platform">;

/** Whether this version knows a job; rows may have been written by another one. */
export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobs, name);
}
