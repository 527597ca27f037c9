import type { Permission } from "../access/permissions.ts";
import type { Actor } from "../tenancy/context.ts";
import { eventTypes, kindOf, type EventType } from "./catalogue.ts";

type KindOf<Type> = Type extends `${infer Kind}.${string}` ? Kind : never;

/** What one must be allowed to see to be told what has happened to it. */
const needed: Record<KindOf<EventType>, Permission> = {
  organization: "organization.read",
  member: "members.read",
  invite: "members.read",
  role: "roles.read",
  api_key: "api_keys.read",
  project: "projects.read",
  task: "tasks.read",
  audit: "audit_log.read",
  webhook: "webhooks.read",
  webhook_endpoint: "webhooks.read",
  subscription: "billing.read",
};
const neededFor = new Map<string, Permission>(Object.entries(needed));

/** Whether an actor may see events of a type; one that only a newer version knows is for those who see all others. */
export function maySee({ permissions }: Pick<Actor, "permissions">, type: string): boolean {
  const permission = neededFor.get(kindOf(type));
  if (permission) return permissions.has(permission);
  return [...neededFor.values()].every((each) => permissions.has(each));
}

/** The types that an actor may see; null when that is every one. */
export function visibleTypes(actor: Pick<Actor, "permissions">): EventType[] | null {
  const visible = eventTypes.filter((type) => maySee(actor, type));
  return visible.length === eventTypes.length ? null : visible;
}
