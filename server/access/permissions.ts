/** One permission: what it lets do, in words for the role editor, and what it needs beside itself. */
export type PermissionInfo = { description: string; needs?: readonly string[] };

/** Every permission, as `resource.action`. Server checks, role rows, docs and tests all come from here. */
export const permissionRegistry = {
  "organization.read": { description: "See the organization and its overview" },
  "organization.update": {
    description: "Change the organization's name and address",
    needs: ["organization.read"],
  },
  "organization.delete": {
    description: "Schedule the organization for deletion",
    needs: ["organization.read"],
  },
  "members.read": { description: "See who belongs to the organization" },
  "roles.read": { description: "See roles and what they permit" },
  "audit_log.read": { description: "See the audit log and verify it" },
  "audit_log.export": { description: "Export the audit log", needs: ["audit_log.read"] },
  "projects.read": { description: "See projects" },
  "projects.write": { description: "Create, edit and archive projects", needs: ["projects.read"] },
  "projects.delete": { description: "Delete and restore projects", needs: ["projects.read"] },
  "tasks.read": { description: "See tasks", needs: ["projects.read"] },
  "tasks.write": { description: "Create, edit and assign tasks", needs: ["tasks.read"] },
  "tasks.delete": { description: "Delete and restore tasks", needs: ["tasks.read"] },
} as const satisfies Record<string, PermissionInfo>;

export type Permission = keyof typeof permissionRegistry;

export const allPermissions = Object.keys(permissionRegistry) as Permission[];

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
  "projects.read",
  "tasks.read",
];
const editing: readonly Permission[] = [...reading, "projects.write", "tasks.write", "tasks.delete"];

/** The roles that every organization has; rows like any other, but immutable. */
export const builtInRoles = [
  { key: "owner", name: "Owner", description: "Everything, including deletion", permissions: allPermissions },
  {
    key: "admin",
    name: "Admin",
    description: "Everything except deleting the organization",
    permissions: allPermissions.filter((permission) => permission !== "organization.delete"),
  },
  { key: "editor", name: "Editor", description: "Works on projects and tasks", permissions: editing },
  { key: "viewer", name: "Viewer", description: "Sees everything, changes nothing", permissions: reading },
  {
    key: "billing",
    name: "Billing",
    description: "Sees the organization and its members, for billing",
    permissions: ["organization.read", "members.read"],
  },
] as const satisfies readonly BuiltInRole[];

export type BuiltInRoleKey = (typeof builtInRoles)[number]["key"];
