import { z } from "zod";

/** Slugs that would collide with a place of the console or the API, or that pretend to be us. */
const reservedSlugs = new Set([
  "account",
  "accounts",
  "admin",
  "api",
  "app",
  "assets",
  "astra",
  "auth",
  "billing",
  "change-email",
  "confirm-email",
  "docs",
  "fleet",
  "health",
  "help",
  "invite",
  "login",
  "logout",
  "new",
  "null",
  "operator",
  "organizations",
  "public",
  "reset-password",
  "root",
  "settings",
  "sign-in",
  "sign-out",
  "sign-up",
  "static",
  "status",
  "support",
  "system",
  "undefined",
  "welcome",
  "www",
]);

export const OrganizationName = z
  .string()
  .trim()
  .min(2, "Use at least 2 characters.")
  .max(80, "Use at most 80 characters.")
  .refine((name) => !/\p{Cc}|\p{Cf}/u.test(name), "Leave out invisible characters.");

export const Slug = z
  .string()
  .trim()
  .toLowerCase()
  .min(2, "Use at least 2 characters.")
  .max(63, "Use at most 63 characters.")
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, "Use letters a–z, digits and hyphens between them.")
  .refine((slug) => !reservedSlugs.has(slug) && !slug.startsWith("xn--"), "This address is reserved.");

export const NoInput = z.strictObject({}).optional();

export const CreateOrganization = z.strictObject({ name: OrganizationName });
export type CreateOrganization = z.infer<typeof CreateOrganization>;

export const UpdateOrganization = z.strictObject({ name: OrganizationName });
export type UpdateOrganization = z.infer<typeof UpdateOrganization>;

export const ChangeSlug = z.strictObject({ slug: Slug });
export type ChangeSlug = z.infer<typeof ChangeSlug>;

/** The address typed once more, so that nobody deletes by a slip. */
export const ScheduleDeletion = z.strictObject({ confirm: z.string().max(63) });
export type ScheduleDeletion = z.infer<typeof ScheduleDeletion>;
