import type { z } from "zod";
import { accessEvents } from "./types/access.ts";
import { auditEvents } from "./types/audit.ts";
import { billingEvents } from "./types/billing.ts";
import { organizationEvents } from "./types/organization.ts";
import { webhookEvents } from "./types/webhook.ts";
import { workEvents } from "./types/work.ts";

/** Every event that an organization's own systems may hear of: what it means, the shape of its data, an example. */
export const events = {
  ...organizationEvents,
  ...accessEvents,
  ...workEvents,
  ...auditEvents,
  ...webhookEvents,
  ...billingEvents,
} as const;

export type EventType = keyof typeof events;
export type EventData<Type extends EventType> = z.infer<(typeof events)[Type]["data"]>;

export const eventTypes = Object.keys(events) as EventType[];

/** What a type is of: "project" of "project.created". */
export function kindOf(type: string): string {
  return type.slice(0, type.indexOf("."));
}

const kindNames: Record<string, string> = {
  organization: "Organization",
  member: "Members",
  invite: "Invites",
  role: "Roles",
  api_key: "API keys",
  project: "Projects",
  task: "Tasks",
  audit: "Audit log",
  webhook: "Webhooks",
  webhook_endpoint: "Webhook endpoints",
  subscription: "Subscription",
};

/** What a kind of events is called; an unknown one by its own name. */
export function kindName(kind: string): string {
  return kindNames[kind] ?? kind;
}

/** Whether endpoints may choose a filter: a type, all of a kind that there is, or all. Tests are sent by hand alone. */
export function isTypeFilter(filter: string): boolean {
  if (filter === "*") return true;
  const chosen = eventTypes.filter((type) => type !== "webhook.test");
  if (filter.endsWith(".*")) return chosen.some((type) => kindOf(type) === kindOf(filter));
  return (chosen as string[]).includes(filter);
}
