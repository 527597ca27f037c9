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
  list: can("organization.read", { rest: false }).query(ListNotifications, listNotifications),
  unreadCount: can("organization.read", { rest: false }).query(NoInput, countUnread),
  markRead: can("organization.read", { rest: false }).mutation(ById, markRead),
  markAllRead: can("organization.read", { rest: false }).mutation(NoInput, markAllRead),
  preferences: can("organization.read", { rest: false }).query(NoInput, listPreferences),
  updatePreferences: can("organization.read", { rest: false }).mutation(UpdatePreferences, updatePreferences),
});
