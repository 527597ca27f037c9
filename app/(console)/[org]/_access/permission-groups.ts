/** What the resources of permissions are called, in the registry's order; an unknown one is shown by its own name. */
const resourceNames: Record<string, string> = {
  organization: "Organization",
  members: "Members",
  roles: "Roles",
  api_keys: "API keys",
  billing: "Billing",
  webhooks: "Webhooks",
  events: "Events",
  audit_log: "Audit log",
  settings: "Settings",
  exports: "Exports",
  projects: "Projects",
  tasks: "Tasks",
};

export type PermissionGroup<Row> = { resource: string; name: string; permissions: Row[] };

/** Permissions under the name of what they are about, in the order in which they came. */
export function groupPermissions<Row extends { name: string }>(rows: readonly Row[]): PermissionGroup<Row>[] {
  const groups = Map.groupBy(rows, ({ name }) => name.slice(0, name.indexOf(".")));
  return [...groups].map(([resource, permissions]) => ({
    resource,
    name: resourceNames[resource] ?? resource,
    permissions,
  }));
}
