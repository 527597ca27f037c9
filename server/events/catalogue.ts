import { z } from "zod";

const id = z.uuid();
const named = z.strictObject({ id, name: z.string() });
const task = z.strictObject({ id, projectId: id, title: z.string(), status: z.string() });
const organization = z.strictObject({ id, name: z.string(), slug: z.string() });

const role = z.strictObject({ id, key: z.string(), name: z.string() });

const member = z.strictObject({ id, accountId: id, roleKey: z.string(), status: z.string() });

const invite = z.strictObject({ id, roleKey: z.string() });

const apiKey = z.strictObject({ id, name: z.string(), kind: z.string() });

/** Every event that an organization's own systems may hear of, and the shape of its data. */
export const events = {
  "organization.created": organization,
  "organization.updated": organization,
  "organization.deletion_scheduled": organization,
  "organization.deletion_canceled": organization,
  "member.joined": member,
  "member.updated": member,
  "member.removed": member,
  "invite.created": invite,
  "invite.revoked": invite,
  "api_key.created": apiKey,
  "api_key.rotated": apiKey,
  "api_key.revoked": apiKey,
  "role.created": role,
  "role.updated": role,
  "role.deleted": role,
  "project.created": named,
  "project.updated": named,
  "project.archived": named,
  "project.unarchived": named,
  "project.deleted": named,
  "project.restored": named,
  "task.created": task,
  "task.updated": task,
  "task.completed": task,
  "task.deleted": task,
  "task.restored": task,
} as const satisfies Record<string, z.ZodType>;

export type EventType = keyof typeof events;
export type EventData<Type extends EventType> = z.infer<(typeof events)[Type]>;
