import { z } from "zod";
import { pageInput, SortDirection } from "../platform/page-input.ts";
import { line } from "../platform/text.ts";

/** What the dialog offers, in days; null for a key that does not expire. */
export const keyDaysPresets = [7, 30, 90, 180, 365, null] as const;
const keyDaysLimit = 3_650;
const overlapHoursMax = 168;

const KeyName = line(80);
const Days = z.int().min(1).max(keyDaysLimit);

export const CreateApiKey = z.strictObject({
  name: KeyName,
  /** 'personal' ends with its maker's access; 'machine' belongs to the organization. */
  kind: z.enum(["personal", "machine"]).default("personal"),
  scopes: z
    .array(z.string().max(100))
    .min(1, "Choose at least one scope.")
    .max(100, "Use at most 100 scopes."),
  /** Null for one that does not expire, where the organization allows it. */
  expiresInDays: Days.nullable(),
});
export type CreateApiKey = z.infer<typeof CreateApiKey>;

export const RotateApiKey = z.strictObject({
  id: z.uuid(),
  /** How long the old key still works beside the new one. */
  overlapHours: z.int().min(0).max(overlapHoursMax).default(24),
});
export type RotateApiKey = z.infer<typeof RotateApiKey>;

export const ApiKeyById = z.strictObject({ id: z.uuid() });
export type ApiKeyById = z.infer<typeof ApiKeyById>;

export const KeySettings = z.strictObject({ keyDaysMax: Days.nullable() });
export type KeySettings = z.infer<typeof KeySettings>;

export const NoInput = z.strictObject({}).optional();

/** 'idle' is a personal key whose maker has no access at present. */
export const keyStates = ["active", "idle", "expired", "revoked"] as const;
export type KeyState = (typeof keyStates)[number];

export const ListApiKeys = z
  .strictObject({
    /** Those that still open something, or those that are over. */
    show: z.enum(["live", "ended"]).default("live"),
    sort: z
      .strictObject({ by: z.enum(["name", "createdAt"]), direction: SortDirection })
      .default({ by: "createdAt", direction: "desc" }),
    ...pageInput,
  })
  .prefault({});
export type ListApiKeys = z.infer<typeof ListApiKeys>;

export type ApiKeyRow = {
  id: string;
  name: string;
  kind: "personal" | "machine";
  /** The last characters of its text. */
  ending: string;
  state: KeyState;
  scopes: string[];
  /** What of its scopes is in force: a personal key has no more than its maker holds now. */
  effective: string[];
  createdBy: string | null;
  own: boolean;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  /** Null where the caller may do it, else the sentence that says why not. */
  acts: { rotate: string | null; revoke: string | null };
};

/** A key as it is shown once, to whoever made it. */
export type NewApiKey = { id: string; key: string; ending: string; expiresAt: Date | null };

/** One scope that a key can have. Reading it asks for no sight of the organization's roles. */
export type ScopeRow = {
  name: string;
  resource: string;
  description: string;
  scope: "organization" | "work";
  needs: string[];
  /** The caller holds it, and so can give it. */
  mine: boolean;
};
