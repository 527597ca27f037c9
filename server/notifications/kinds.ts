import { z } from "zod";
import type { Permission } from "../access/permissions.ts";
import type { NotificationLevel } from "./schema.ts";

/** What one notification says, and where in the organization it leads. */
export type Said = { title: string; text: string; path: string };

type Kind<Data> = {
  /** What it is called where a member chooses what to have mailed. */
  label: string;
  level: NotificationLevel;
  /** Who is told: members that hold this; null where the one who asked is told alone. */
  permission: Permission | null;
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
const longDay = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
const figure = new Intl.NumberFormat("en-GB");

/**
 * Every kind of notification. One without a source that tells it has no place here: a kind that never comes
 * would stand among a member's preferences as a promise.
 */
export const notificationKinds = {
  audit_export_ready: kind({
    label: "An export that I asked for is ready",
    level: "info",
    permission: null,
    mail: false,
    data: z.object({ runId: id, rows: z.int().min(0), format: z.enum(["csv", "jsonl"]) }),
    say: ({ runId, rows, format }, at) => ({
      title: "Your export of the audit log is ready",
      text: `${figure.format(rows)} ${rows === 1 ? "entry" : "entries"} as ${format === "csv" ? "CSV" : "JSON Lines"}. It is kept for a day.`,
      path: `${at}/audit-log?export=${runId}`,
    }),
  }),
  audit_export_failed: kind({
    label: "An export that I asked for failed",
    level: "warning",
    permission: null,
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
    permission: "audit_log.read",
    mail: true,
    data: z.object({ seq: z.number().nullable(), detail: z.string().max(400) }),
    say: ({ seq, detail }, at) => ({
      title: "The audit log is not what was sealed",
      text: `${seq === null ? "" : `Entry ${figure.format(seq)}: `}${detail}`,
      path: `${at}/audit-log`,
    }),
  }),
  organization_deletion_scheduled: kind({
    label: "The organization is scheduled for deletion",
    level: "danger",
    permission: "organization.write",
    mail: true,
    data: z.object({ deletionAt: z.iso.datetime() }),
    say: ({ deletionAt }, at) => ({
      title: "This organization will be deleted",
      text: `On ${longDay.format(new Date(deletionAt))}, with all its projects, tasks and members. Until then an owner can take it back.`,
      path: `${at}/settings`,
    }),
  }),
  organization_deletion_canceled: kind({
    label: "A scheduled deletion is taken back",
    level: "info",
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
