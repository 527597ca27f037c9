import { z } from "zod";
import { line, paragraphs } from "../platform/text.ts";

export const ListRoles = z.strictObject({}).optional();

const permissionsMax = 100;

/** Names of the registry; the verb names those that are not in it. */
const Permissions = z
  .array(z.string().max(100))
  .min(1, "Choose at least one permission.")
  .max(permissionsMax, `Use at most ${permissionsMax} permissions.`);

const RoleName = line(60);
const RoleDescription = paragraphs(300);

export const CreateRole = z.strictObject({
  name: RoleName,
  description: RoleDescription.default(""),
  permissions: Permissions,
});
export type CreateRole = z.infer<typeof CreateRole>;

export const UpdateRole = z.strictObject({
  id: z.uuid(),
  /** The role's version as it was shown: another one is refused. Without it the last save counts. */
  version: z.int().min(1).optional(),
  name: RoleName.optional(),
  description: RoleDescription.optional(),
  permissions: Permissions.optional(),
});
export type UpdateRole = z.infer<typeof UpdateRole>;

export const CloneRole = z.strictObject({ id: z.uuid(), name: RoleName });
export type CloneRole = z.infer<typeof CloneRole>;

export const RoleById = z.strictObject({ id: z.uuid() });
export type RoleById = z.infer<typeof RoleById>;

/** Null where the caller may do it, else the sentence that says why not. */
export type RoleActs = {
  update: string | null;
  delete: string | null;
  clone: string | null;
  assign: string | null;
};

export type RoleRow = {
  id: string;
  key: string;
  name: string;
  description: string;
  builtIn: boolean;
  permissions: string[];
  /** To be sent back with a change. */
  version: number;
  /** Active and suspended members that have it, and invites that are open. */
  members: number;
  invites: number;
  acts: RoleActs;
};

/** One permission of the registry, as a role editor shows it. */
export type PermissionRow = {
  name: string;
  resource: string;
  description: string;
  scope: "organization" | "work";
  needs: string[];
  /** An API key can hold it. */
  forKeys: boolean;
  /** The caller holds it, and so can give it. */
  mine: boolean;
};
