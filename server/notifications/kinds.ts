import { z } from "zod";
import type { Permission } from "../access/permissions.ts";
import { PaymentFailed, sayFailure, sayTrialEnd, TrialEnding } from "./payment-words.ts";
import type { NotificationLevel } from "./schema.ts";
import { sayUsage, UsageWarning } from "./usage-words.ts";
import { longDay } from "./words.ts";

/** What one notification says, and where in the organization it leads. */
export type Said = { title: string; text: string; path: string };

type Kind<Data> = {
  /** What it is called where a member chooses what to have mailed. */
  label: string;
  level: NotificationLevel;
  /** Who is told: all who hold the permission, or the one whom it concerns. */
  told: "holders" | "one";
  /** Without it nobody is ever told. */
  permission: Permission;
  /** Whether it is mailed to a member who has not chosen. */
  mail: boolean;
  /** Ids and figures that the words need. */
  data: z.ZodType<Data>;
  /** `at` is the organization's address in the console. */
  say(data: Data, at: string): Said;
};

function kind<Data>(definition: Kind<Data>): Kind<Data> {
  return definition;
}

const id = z.uuid();
const address = z.string().max(63);
const label = z.string().max(200);
const expiringKey = z.object({ name: label, ending: z.string().max(20), expiresAt: z.iso.datetime() });
const figure = new Intl.NumberFormat("en-GB");

function sayExpiring({ name, ending, expiresAt }: z.infer<typeof expiringKey>, at: string): Said {
  return {
    title: `The API key ${name} expires soon`,
    text: `It ends in ${ending} and works until ${longDay(expiresAt)}. Rotate it before then.`,
    path: `${at}/api-keys`,
  };
}

/**
 * Every kind of notification. One without a source that tells it has no place here: a kind that never comes
 * would stand among a member's preferences as a promise.
 */
export const notificationKinds = {
  audit_export_ready: kind({
    label: "An export that I asked for is ready",
    level: "info",
    told: "one",
    permission: "audit_log.export",
    mail: false,
    data: z.object({ runId: id, rows: z.int().min(0), format: z.enum(["csv", "jsonl"]) }),
    say: ({ runId, rows, format }, at) => ({
      title: "Your export of the audit log is ready",
      text: `${figure.format(rows)} ${rows === 1 ? "entry" : "entries"} as ${format === "csv" ? "CSV" : "JSON Lines"}. The file is kept for a day.`,
      path: `${at}/audit-log?export=${runId}`,
    }),
  }),
  audit_export_failed: kind({
    label: "An export that I asked for failed",
    level: "warning",
    told: "one",
    permission: "audit_log.export",
    mail: true,
    data: z.object({ runId: id }),
    say: ({ runId }, at) => ({
      title: "Your export of the audit log failed",
      text: "Nothing was lost. Ask for the export once more.",
      path: `${at}/audit-log?export=${runId}`,
    }),
  }),
  audit_chain_broken: kind({
    label: "A verification found the audit log broken",
    level: "danger",
    told: "holders",
    permission: "audit_log.read",
    mail: true,
    data: z.object({ seq: z.number().nullable(), detail: z.string().max(400) }),
    say: ({ seq, detail }, at) => ({
      title: "The audit log is not what was sealed",
      text: `${seq === null ? "" : `Entry ${figure.format(seq)}: `}${detail}`,
      path: `${at}/audit-log`,
    }),
  }),
  audit_stream_failing: kind({
    label: "An audit stream cannot be delivered",
    level: "warning",
    told: "holders",
    permission: "audit_log.manage",
    mail: true,
    data: z.object({ name: label, reason: z.string().max(200) }),
    say: ({ name, reason }, at) => ({
      title: `The audit stream ${name} is not delivered`,
      text: `${reason} It is tried again by itself; entries wait for a week.`,
      path: `${at}/audit-log/streams`,
    }),
  }),
  audit_stream_resumed: kind({
    label: "A failing audit stream is delivered again",
    level: "info",
    told: "holders",
    permission: "audit_log.manage",
    mail: false,
    data: z.object({ name: label }),
    say: ({ name }, at) => ({
      title: `The audit stream ${name} is delivered again`,
      text: "What had waited is on its way.",
      path: `${at}/audit-log/streams`,
    }),
  }),
  api_key_expiring: kind({
    label: "An API key of mine expires soon",
    level: "warning",
    told: "one",
    permission: "api_keys.write",
    mail: true,
    data: expiringKey,
    say: sayExpiring,
  }),
  machine_key_expiring: kind({
    label: "An API key of the organization expires soon",
    level: "warning",
    told: "holders",
    permission: "api_keys.manage",
    mail: true,
    data: expiringKey,
    say: sayExpiring,
  }),
  webhook_dead_letters: kind({
    label: "A webhook endpoint does not accept events",
    level: "warning",
    told: "holders",
    permission: "webhooks.write",
    mail: true,
    data: z.object({ endpointId: id, name: label, reason: z.string().max(200) }),
    say: ({ endpointId, name, reason }, at) => ({
      title: `Events did not reach ${name}`,
      text: `${reason} After the last try an event is kept for 30 days, and can be sent again.`,
      path: `${at}/webhooks/${endpointId}`,
    }),
  }),
  webhook_disabled: kind({
    label: "A webhook endpoint was disabled",
    level: "danger",
    told: "holders",
    permission: "webhooks.write",
    mail: true,
    data: z.object({ endpointId: id, name: label, disabledFor: z.enum(["failing", "gone"]) }),
    say: ({ endpointId, name, disabledFor }, at) => ({
      title: `The webhook endpoint ${name} was disabled`,
      text: `${
        disabledFor === "gone"
          ? "Its receiver answered that it wants no more events (410)."
          : "For five days nothing has arrived there."
      } Events are kept for 30 days, and can be sent once it is resumed.`,
      path: `${at}/webhooks/${endpointId}`,
    }),
  }),
  payment_failed: kind({
    label: "A payment for the organization failed",
    level: "danger",
    told: "holders",
    permission: "billing.manage",
    mail: true,
    data: PaymentFailed,
    say: (data, at) => ({ title: "A payment failed", text: sayFailure(data), path: `${at}/billing` }),
  }),
  payment_received: kind({
    label: "A payment that had failed arrives",
    level: "info",
    told: "holders",
    permission: "billing.manage",
    mail: true,
    data: z.object({ plan: label }),
    say: ({ plan }, at) => ({
      title: "The payment has arrived",
      text: `The organization has all that the ${plan} plan offers again.`,
      path: `${at}/billing`,
    }),
  }),
  trial_ending: kind({
    label: "The trial of a plan ends soon",
    level: "warning",
    told: "holders",
    permission: "billing.manage",
    mail: true,
    data: TrialEnding,
    say: (data, at) => ({
      title: "Your trial ends soon",
      text: sayTrialEnd(data),
      path: `${at}/billing`,
    }),
  }),
  usage_warning: kind({
    label: "A month's usage comes to what the plan includes",
    level: "warning",
    told: "holders",
    permission: "billing.manage",
    mail: true,
    data: UsageWarning,
    say: (data, at) => ({ ...sayUsage(data), path: `${at}/billing/usage` }),
  }),
  organization_deletion_scheduled: kind({
    label: "The organization is scheduled for deletion",
    level: "danger",
    told: "holders",
    permission: "organization.write",
    mail: true,
    data: z.object({ deletionAt: z.iso.datetime() }),
    say: ({ deletionAt }, at) => ({
      title: "This organization will be deleted",
      text: `On ${longDay(deletionAt)}, with all its projects, tasks and members. Until then an owner can take it back.`,
      path: `${at}/settings`,
    }),
  }),
  organization_deletion_canceled: kind({
    label: "A scheduled deletion is taken back",
    level: "info",
    told: "holders",
    permission: "organization.write",
    mail: true,
    data: z.object({}),
    say: (_, at) => ({
      title: "This organization stays",
      text: "Its scheduled deletion was taken back.",
      path: `${at}/settings`,
    }),
  }),
  organization_slug_changed: kind({
    label: "The organization gets another address",
    level: "info",
    told: "holders",
    permission: "organization.write",
    mail: false,
    data: z.object({ before: address, after: address }),
    say: ({ before, after }, at) => ({
      title: "This organization has another address",
      text: `It is ${after} now. Links with ${before} still lead here.`,
      path: `${at}/settings`,
    }),
  }),
} as const;

export type NotificationKind = keyof typeof notificationKinds;
export type NotificationData<Name extends NotificationKind> = z.input<
  (typeof notificationKinds)[Name]["data"]
>;

/** Whether this version knows a kind; rows may have been written by another one. */
export function isNotificationKind(name: string): name is NotificationKind {
  return Object.hasOwn(notificationKinds, name);
}

/** A kind in the form that all of them share: its data is whatever its own schema takes. */
export function notificationKind(name: NotificationKind): Kind<unknown> {
  // `say` is only ever given what the same entry's schema has parsed.
  return notificationKinds[name];
}

/** What a stored notification says; of a kind or data that this version does not know it says only that. */
export function sayStored(
  row: { kind: string; data: string },
  slug: string,
): Said & { level: NotificationLevel } {
  const unknown = { title: "Something happened", text: "", path: `/${slug}`, level: "info" } as const;
  if (!isNotificationKind(row.kind)) return unknown;
  const found = notificationKind(row.kind);
  const data = found.data.safeParse(JSON.parse(row.data));
  return data.success ? { ...found.say(data.data, `/${slug}`), level: found.level } : unknown;
}
