/** What a permission reaches: the organization itself (people, access, money, settings) or the work done in it. */
export type PermissionScope = "organization" | "work";

/** One permission: what it lets do, in words for the role editor, what it needs beside itself, and what it reaches. */
export type PermissionInfo = {
  description: string;
  scope: PermissionScope;
  needs?: readonly string[];
  /** No API key can hold it: whoever gives access away, or the organization, is a person. */
  peopleOnly?: true;
};

/** Every permission, as `resource.action`. Server checks, role rows, docs and tests all come from here. */
export const permissionRegistry = {
  "organization.read": { description: "See the organization and its overview", scope: "organization" },
  "organization.write": {
    description: "Change the organization's name and address",
    scope: "organization",
    needs: ["organization.read"],
  },
  "organization.delete": {
    description: "Schedule the organization for deletion",
    scope: "organization",
    needs: ["organization.read"],
    peopleOnly: true,
  },
  "organization.manage": {
    description: "Hand the organization over to another owner",
    scope: "organization",
    needs: ["organization.read", "members.read", "members.write"],
    peopleOnly: true,
  },
  "members.read": { description: "See who belongs to the organization", scope: "organization" },
  "members.write": {
    description: "Invite people, change their roles, suspend and reactivate them",
    scope: "organization",
    needs: ["members.read", "roles.read"],
    peopleOnly: true,
  },
  "members.delete": {
    description: "Remove people from the organization",
    scope: "organization",
    needs: ["members.read"],
    peopleOnly: true,
  },
  "roles.read": { description: "See roles and what they permit", scope: "organization" },
  "roles.write": {
    description: "Create and edit roles",
    scope: "organization",
    needs: ["roles.read"],
    peopleOnly: true,
  },
  "roles.delete": {
    description: "Delete roles that nobody has",
    scope: "organization",
    needs: ["roles.read"],
    peopleOnly: true,
  },
  "api_keys.read": { description: "See API keys, never their secrets", scope: "organization" },
  "api_keys.write": {
    description: "Create and rotate API keys of one's own",
    scope: "organization",
    needs: ["api_keys.read"],
    peopleOnly: true,
  },
  "api_keys.delete": {
    description: "Revoke anybody's API keys",
    scope: "organization",
    needs: ["api_keys.read"],
    peopleOnly: true,
  },
  "api_keys.manage": {
    description: "Create API keys that belong to the organization, and limit how long keys live",
    scope: "organization",
    needs: ["api_keys.read", "api_keys.write"],
    peopleOnly: true,
  },
  "billing.read": { description: "See plan, usage and invoices", scope: "organization" },
  "billing.manage": {
    description: "Change plan and payment",
    scope: "organization",
    needs: ["billing.read"],
    peopleOnly: true,
  },
  "webhooks.read": {
    description: "See webhook endpoints, and deliveries with all that their events tell",
    scope: "organization",
  },
  "webhooks.write": {
    description: "Create and edit webhook endpoints, which may be sent every event, and replay deliveries",
    scope: "organization",
    needs: ["webhooks.read"],
  },
  "webhooks.delete": {
    description: "Delete webhook endpoints",
    scope: "organization",
    needs: ["webhooks.read"],
  },
  "webhooks.manage": {
    description: "See and rotate the secrets that sign webhooks",
    scope: "organization",
    needs: ["webhooks.read"],
    peopleOnly: true,
  },
  "events.read": { description: "See the log of events, and poll it", scope: "organization" },
  "audit_log.read": { description: "See the audit log and verify it", scope: "organization" },
  "audit_log.export": {
    description: "Export the audit log",
    scope: "organization",
    needs: ["audit_log.read"],
  },
  "audit_log.manage": {
    description: "Decide where the audit log is streamed",
    scope: "organization",
    needs: ["audit_log.read"],
  },
  "settings.read": { description: "See the organization's settings", scope: "organization" },
  "settings.write": {
    description: "Change the organization's settings",
    scope: "organization",
    needs: ["settings.read"],
  },
  "exports.read": { description: "See and download exports of data", scope: "organization" },
  "exports.write": { description: "Ask for exports of data", scope: "organization", needs: ["exports.read"] },
  "projects.read": { description: "See projects", scope: "work" },
  "projects.write": {
    description: "Create, edit and archive projects",
    scope: "work",
    needs: ["projects.read"],
  },
  "projects.delete": { description: "Delete and restore projects", scope: "work", needs: ["projects.read"] },
  "tasks.read": { description: "See tasks", scope: "work", needs: ["projects.read"] },
  "tasks.write": { description: "Create, edit and assign tasks", scope: "work", needs: ["tasks.read"] },
  "tasks.delete": { description: "Delete and restore tasks", scope: "work", needs: ["tasks.read"] },
} as const satisfies Record<string, PermissionInfo>;

export type Permission = keyof typeof permissionRegistry;

export const allPermissions = Object.keys(permissionRegistry) as Permission[];

/** Whether the registry has a permission of this name. */
export function isPermission(name: string): name is Permission {
  return Object.hasOwn(permissionRegistry, name);
}

/** What the registry says of a permission, in the form that all entries share. */
export function permissionInfo(name: Permission): PermissionInfo {
  return permissionRegistry[name];
}

export type BuiltInRole = {
  key: string;
  name: string;
  description: string;
  permissions: readonly Permission[];
};

const reading: readonly Permission[] = [
  "organization.read",
  "members.read",
  "roles.read",
  "settings.read",
  "projects.read",
  "tasks.read",
];
const editing: readonly Permission[] = [...reading, "projects.write", "tasks.write", "tasks.delete"];
/** What an admin lacks: only who owns the organization ends it or gives it away. */
const owning: readonly Permission[] = ["organization.delete", "organization.manage"];

/** The roles that every organization has; rows like any other, but immutable. */
export const builtInRoles = [
  { key: "owner", name: "Owner", description: "Everything, including deletion", permissions: allPermissions },
  {
    key: "admin",
    name: "Admin",
    description: "Everything except deleting the organization or handing it over",
    permissions: allPermissions.filter((permission) => !owning.includes(permission)),
  },
  { key: "editor", name: "Editor", description: "Works on projects and tasks", permissions: editing },
  { key: "viewer", name: "Viewer", description: "Sees everything, changes nothing", permissions: reading },
  {
    key: "billing",
    name: "Billing",
    description: "Sees the organization and its members, and looks after plan and payment",
    permissions: ["organization.read", "members.read", "settings.read", "billing.read", "billing.manage"],
  },
] as const satisfies readonly BuiltInRole[];

export type BuiltInRoleKey = (typeof builtInRoles)[number]["key"];

/** The key of the role whose active holders own the organization: at least one there must always be. */
export const ownerRoleKey = "owner" satisfies BuiltInRoleKey;
