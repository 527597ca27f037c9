import { can } from "../api/can.ts";
import { router } from "../api/trpc.ts";
import {
  countUnread,
  listNotifications,
  listPreferences,
  markAllRead,
  markRead,
  updatePreferences,
} from "./notifications.ts";
import { ById, ListNotifications, NoInput, UpdatePreferences } from "./schema.ts";

/** A member's own; what every member may is asked for, and each verb keeps to the rows of the one who asks. */
export const notificationsRouter = router({
  list: can("organization.read").query(ListNotifications, listNotifications),
  unreadCount: can("organization.read").query(NoInput, countUnread),
  markRead: can("organization.read").mutation(ById, markRead),
  markAllRead: can("organization.read").mutation(NoInput, markAllRead),
  preferences: can("organization.read").query(NoInput, listPreferences),
  updatePreferences: can("organization.read").mutation(UpdatePreferences, updatePreferences),
});
