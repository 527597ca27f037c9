import { fieldNoun, nounOf, sentenceCase, spelledOut } from "#app/(console)/[org]/_audit/words.ts";

/** What of an entry the sentence about it needs. */
export type Told = {
  action: string;
  target: { type: string; label: string };
  /** Names of the changed fields, where they are known. */
  fields?: readonly string[];
};

/** A sentence without its subject: "changed the status of task", and what it ends with, "Fix the pump". */
export type Telling = { text: string; label: string };

/** Acts that have words of their own; `…` is where the target's name stands. */
const phrases: Record<string, string> = {
  "session.signIn": "signed in",
  "session.signOut": "signed out",
  "session.signInFailed": "failed to sign in as …",
  "session.revoke": "signed another browser out",
  "session.revokeOthers": "signed all other browsers out",
  "session.updateProfile": "changed the profile",
  "session.changePassword": "changed the password",
  "session.changeEmail": "moved to another e-mail address",
  "session.deleteAccount": "deleted the account",
  "invites.accept": "accepted an invitation, as …",
  "invites.join": "joined by an invitation",
  "invites.resend": "sent once more the invitation of …",
  "members.transferOwnership": "handed the ownership over to …",
  "billing.sync": "brought the subscription to what Stripe has",
  "billing.startCheckout": "went to buy a plan",
  "billing.confirmCheckout": "came back from buying a plan",
  "billing.openPortal": "opened the customer portal",
  "billing.change": "changed the plan",
  "billing.scheduleDowngrade": "planned a smaller plan",
  "billing.revokeDowngrade": "took a planned change of plan back",
  "billing.cancel": "canceled the subscription",
  "billing.resume": "resumed the subscription",
  "billing.overview": "looked at the plan and its payments",
  "billing.invoices": "looked at the invoices",
  "billing.plans": "looked at the plans",
  "billing.previewChange": "looked at what another plan costs",
  "notifications.markRead": "read a notification",
  "notifications.markAllRead": "read all notifications",
  "notifications.updatePreferences": "changed what notifications are mailed",
  "account.changePassword": "changed the password",
  "account.resetPassword": "chose a new password by a link from the mailbox",
  "account.askEmailChange": "asked to move to another e-mail address",
  "account.changeEmail": "moved to another e-mail address",
  "session.me": "looked at the account",
  "audit.list": "looked at the audit log",
  "audit.get": "opened an entry of the audit log",
  "audit.facets": "looked up who and what the audit log knows",
  "audit.state": "looked at the state of the audit log",
  "audit.run": "looked at a run over the audit log",
  "audit.exports": "looked at the exports of the audit log",
  "audit.settings": "looked at the settings of the audit log",
  "audit.verify": "had the audit log verified",
  "audit.export": "exported the audit log",
  "audit.download": "downloaded the audit log",
  "audit.retain": "dropped entries that are older than the audit log keeps",
  "audit.updateSettings": "changed the settings of the audit log",
  "audit.streams.list": "looked at the audit streams",
  "webhooks.list": "looked at the webhook endpoints",
  "webhooks.health": "looked at how a webhook endpoint does",
  "webhooks.deliveries": "looked at the deliveries of webhooks",
  "webhooks.delivery": "looked at a delivery of a webhook",
  "webhooks.undelivered": "looked at what webhooks did not deliver",
  "webhooks.showSecret": "looked at the secret of a webhook endpoint",
  "webhooks.rotateSecret": "gave a new secret to …",
  "webhooks.sendTest": "sent a test event to …",
  "webhooks.replay": "sent deliveries of webhooks again",
  "webhooks.recover": "had all that is undelivered sent again to …",
  "webhooks.recoveries": "looked at the recoveries of a webhook endpoint",
  "webhooks.recovery": "looked at a recovery of webhooks",
  "events.poll": "fetched events",
  "events.list": "looked at the log of events",
  "events.types": "looked at the types of events",
  "organization.get": "looked at the organization",
  "organization.overview": "looked at the overview",
  "organization.scheduleDeletion": "scheduled the deletion of …",
  "organization.cancelDeletion": "called off the deletion of …",
  "members.sync-account": "took over the new name or address of …",
  "projects.purge": "removed for good what was deleted long ago",
  "search.find": "searched",
};

/** What a verb is told by, over a target with its noun before it. */
const verbs: Record<string, string> = {
  accept: "accepted",
  activate: "activated",
  add: "added",
  archive: "archived",
  assign: "assigned",
  cancel: "cancelled",
  changeRole: "changed the role of",
  changeSlug: "changed the address of",
  clone: "copied",
  create: "created",
  deactivate: "deactivated",
  decline: "declined",
  delete: "deleted",
  disable: "switched off",
  discard: "discarded",
  enable: "switched on",
  invite: "invited",
  leave: "left",
  pause: "paused",
  reactivate: "let back in",
  remove: "removed",
  rename: "renamed",
  replay: "replayed",
  resend: "sent once more:",
  reset: "reset",
  restore: "restored",
  resume: "resumed",
  revoke: "revoked",
  rotate: "rotated",
  rotateSecret: "made a new secret for",
  setRole: "changed the role of",
  suspend: "suspended",
  test: "tested",
  transfer: "handed over",
  unarchive: "brought back",
  unsuspend: "let back in",
  update: "changed",
  updateSettings: "changed the settings for",
};

const reads = new Set(["list", "get", "find", "overview", "download"]);

/** Whose names speak for themselves: "invited Ada", but "changed task Fix the pump". */
const namedAlone = new Set(["member"]);

const fieldsShownMax = 2;

/** Tells what was done. Every action has a sentence; the ones that nobody wrote words for are spelled out. */
export function tell({ action, target, fields = [] }: Told): Telling {
  const phrase = phrases[action];
  if (phrase !== undefined) {
    const named = phrase.endsWith(" …");
    return { text: named ? phrase.slice(0, -2) : phrase, label: named ? target.label : "" };
  }
  const parts = action.split(".");
  const verb = parts.at(-1) ?? "";
  const subject = parts.slice(0, -1).join(" ");
  const { label } = target;
  // Recorded reads name the whole of what was read, and no single thing of it.
  if (reads.has(verb) && label === "") return { text: `looked at ${spelledOut(subject)}`, label };
  const noun = namedAlone.has(target.type) && label ? "" : ` ${nounOf(target.type)}`;
  const changed = verb === "update" ? changedFields(fields) : null;
  if (changed) return { text: `changed the ${changed} of${noun}`, label };
  const told = verbs[verb];
  if (told) return { text: `${told}${noun}`, label };
  return { text: `did “${spelledOut(verb)}” on${noun || ` ${spelledOut(subject)}`}`, label };
}

function changedFields(fields: readonly string[]): string | null {
  const nouns = [...new Set(fields.map(fieldNoun))];
  if (nouns.length === 0) return null;
  const shown = nouns.slice(0, fieldsShownMax);
  const rest = nouns.length - shown.length;
  if (rest > 0) return `${shown.join(", ")} and ${rest} more`;
  return shown.join(" and ");
}

/** What an action is called in a list to choose from: "Changed project". */
export function actionTitle(action: string): string {
  const type = (action.split(".").slice(0, -1).join("_") || action).replace(/s$/, "");
  if (phrases[action]?.endsWith(" …")) return sentenceCase(phrases[action].replace("…", nounOf(type)));
  return sentenceCase(tell({ action, target: { type, label: "" } }).text);
}

/** The beginnings of actions that a list groups by: "projects.update" → "projects.". */
export function prefixOf(action: string): string {
  return action.slice(0, action.lastIndexOf(".") + 1);
}
