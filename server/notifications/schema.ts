import { z } from "zod";
import { pageInput } from "../platform/page-input.ts";

export const notificationLevels = ["info", "warning", "danger"] as const;
export type NotificationLevel = (typeof notificationLevels)[number];

/** More unread ones than this are not counted. */
export const unreadMax = 99;

export const NoInput = z.strictObject({}).optional();

export const ListNotifications = z
  .strictObject({
    /** Only those that were not read yet. */
    unread: z.boolean().default(false),
    ...pageInput,
  })
  .prefault({});
export type ListNotifications = z.infer<typeof ListNotifications>;

/** One notification of one's own. */
export const ById = z.strictObject({ id: z.uuid() });
export type ById = z.infer<typeof ById>;

export const UpdatePreferences = z.strictObject({ kind: z.string().min(1).max(60), mail: z.boolean() });
export type UpdatePreferences = z.infer<typeof UpdatePreferences>;

export type NotificationRow = {
  id: string;
  kind: string;
  level: NotificationLevel;
  title: string;
  text: string;
  /** A place of the console. */
  path: string;
  /** How often it has happened. */
  times: number;
  at: Date;
  readAt: Date | null;
};

export type NotificationPreference = { kind: string; label: string; level: NotificationLevel; mail: boolean };
