import { createApiKey } from "../../api-keys/api-keys.ts";
import { CreateApiKey } from "../../api-keys/schema.ts";
import type { Permission } from "../../access/permissions.ts";
import { createInvites } from "../../invites/create-invites.ts";
import { createRole } from "../../roles/change-roles.ts";
import type { WriteCtx } from "../../tenancy/context.ts";
import type { DemoMember } from "./people.ts";
import { as, type Player } from "./player.ts";

const dayMs = 86_400_000;

/** A role that an organization of the demo made for itself. Its key is made of its name, as ever. */
export type DemoRole = { key: string; name: string; description: string; permissions: Permission[] };

/** Somebody who was asked in and has not come yet. */
export type DemoInvite = { email: string; role: DemoMember["role"]; daysAgo: number };

/** A key that some program is said to use; nobody has its text. */
export type DemoKey = {
  name: string;
  kind: "personal" | "machine";
  scopes: Permission[];
  daysAgo: number;
  expiresInDays: number | null;
  lastUsedHoursAgo: number | null;
};

const work: Permission[] = ["organization.read", "projects.read", "tasks.read"];

export const acmeRoles: DemoRole[] = [
  {
    key: "auditor",
    name: "Auditor",
    description: "Reads the audit log and takes it along, and touches nothing",
    permissions: [
      "organization.read",
      "members.read",
      "roles.read",
      "audit_log.read",
      "audit_log.export",
      "projects.read",
      "tasks.read",
    ],
  },
  {
    key: "project-lead",
    name: "Project lead",
    description: "Runs projects from the first task to the archive",
    permissions: [
      "organization.read",
      "members.read",
      "api_keys.read",
      "api_keys.write",
      "projects.read",
      "projects.write",
      "projects.delete",
      "tasks.read",
      "tasks.write",
      "tasks.delete",
    ],
  },
];

export const acmeInvites: DemoInvite[] = [
  { email: "sofia@acme-robotics.example", role: "editor", daysAgo: 1 },
  { email: "tomasz@line-integrators.example", role: "viewer", daysAgo: 4 },
  { email: "audit@harbour-and-partners.example", role: "auditor", daysAgo: 9 },
];

export const acmeKeys: DemoKey[] = [
  {
    name: "Warehouse robots",
    kind: "machine",
    scopes: ["projects.read", "tasks.read", "tasks.write"],
    daysAgo: 61,
    expiresInDays: 365,
    lastUsedHoursAgo: 2,
  },
  {
    name: "Weekly report",
    kind: "personal",
    scopes: work,
    daysAgo: 20,
    expiresInDays: 90,
    lastUsedHoursAgo: 70,
  },
  {
    name: "Trial of the API",
    kind: "personal",
    scopes: ["projects.read"],
    daysAgo: 50,
    expiresInDays: 30,
    lastUsedHoursAgo: null,
  },
];

const daysBefore = (ctx: WriteCtx, days: number) => new Date(ctx.clock.now().getTime() - days * dayMs);

/** Makes the organization's own roles, before anybody can have them. */
export async function makeRoles(ctx: WriteCtx, founder: Player, roles: readonly DemoRole[]): Promise<void> {
  const acting = as(ctx, founder, daysBefore(ctx, 200));
  for (const { key, name, description, permissions } of roles) {
    const made = await createRole(acting, { name, description, permissions });
    if (made.key !== key) throw new Error(`the demo's role ${name} has the key ${made.key}`);
  }
}

/** Asks people in, one after another; their mails go out once the worker has started. */
export async function askIn(ctx: WriteCtx, founder: Player, invites: readonly DemoInvite[]): Promise<void> {
  for (const { email, role, daysAgo } of invites) {
    const { id: roleId } = await ctx.db.role.findUniqueOrThrow({
      where: { key: role },
      select: { id: true },
    });
    await createInvites(as(ctx, founder, daysBefore(ctx, daysAgo)), { invites: [{ email, roleId }] });
  }
}

/** Makes keys and throws their texts away: here they are only to be seen. */
export async function makeKeys(ctx: WriteCtx, founder: Player, keys: readonly DemoKey[]): Promise<void> {
  for (const { daysAgo, lastUsedHoursAgo, ...key } of keys) {
    const { id } = await createApiKey(as(ctx, founder, daysBefore(ctx, daysAgo)), CreateApiKey.parse(key));
    if (lastUsedHoursAgo === null) continue;
    const lastUsedAt = daysBefore(ctx, lastUsedHoursAgo / 24);
    await ctx.db.apiKey.update({ where: { id }, data: { lastUsedAt }, select: { id: true } });
  }
}
