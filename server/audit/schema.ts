import { z } from "zod";
import { pageInput } from "../platform/page-input.ts";
import { line, SearchText } from "../platform/text.ts";

/** What the viewer and exports choose entries by; all of them together. */
const auditFilter = {
  actorId: z.uuid().optional(),
  actorKind: z.enum(["member", "api_key", "operator", "system"]).optional(),
  /** A whole action ("projects.update") or the beginning of several ("projects."). */
  action: z
    .string()
    .trim()
    .max(100)
    .regex(/^[a-z][a-zA-Z0-9_.-]*$/, "Use the name of an action, like projects.update.")
    .optional(),
  targetType: line(100).optional(),
  targetId: line(200).optional(),
  /** The first moment, and the one after the last. */
  from: z.date().optional(),
  to: z.date().optional(),
  ip: z.union([z.ipv4(), z.ipv6()], "Use a whole address.").optional(),
  search: SearchText.optional(),
};

export const AuditFilter = z.strictObject(auditFilter);
export type AuditFilter = z.infer<typeof AuditFilter>;

export const ListAudit = z.strictObject({ ...auditFilter, ...pageInput }).prefault({});
export type ListAudit = z.infer<typeof ListAudit>;

export const ById = z.strictObject({ id: z.uuid() });
export type ById = z.infer<typeof ById>;

export const NoInput = z.strictObject({}).optional();

export const exportFormats = ["csv", "jsonl"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const ExportAudit = z.strictObject({
  format: z.enum(exportFormats),
  filter: AuditFilter.prefault({}),
});
export type ExportAudit = z.infer<typeof ExportAudit>;

const retentionDaysMin = 30;
const retentionDaysMax = 3_650;

export const UpdateAuditSettings = z
  .strictObject({
    recordReads: z.boolean().optional(),
    /** Null for what the plan says. */
    retentionDays: z.int().min(retentionDaysMin).max(retentionDaysMax).nullable().optional(),
    legalHold: z.boolean().optional(),
    legalHoldReason: z.union([z.literal(""), line(500)]).optional(),
  })
  .refine((input) => Object.values(input).some((value) => value !== undefined), "Say what to change.");
export type UpdateAuditSettings = z.infer<typeof UpdateAuditSettings>;

/** One entry as lists show it. A name or a label is empty once it was erased. */
export type AuditRow = {
  id: string;
  at: Date;
  action: string;
  actor: { kind: "member" | "api_key" | "operator" | "system"; id: string | null; name: string };
  impersonator: { id: string; name: string | null } | null;
  target: { type: string; id: string | null; label: string };
  ip: string | null;
  requestId: string | null;
  /** Place in the chain; null while it waits for its seal. */
  seq: number | null;
};

export type AuditEntry = AuditRow & {
  userAgent: string | null;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  /** Fields that hold what is about people. */
  personal: string[];
  /** Hexadecimal; null while it waits for its seal. */
  hash: string | null;
  previousHash: string | null;
  /** Who acted, or whom it was about, was erased. */
  erased: { actor: boolean; subject: boolean };
};

export type AuditFacets = {
  actions: string[];
  actors: { kind: AuditRow["actor"]["kind"]; id: string; name: string }[];
};

export type AuditState = {
  /** Entries that are sealed, and those that wait for it. */
  sealed: number;
  pending: number;
  sealedAt: Date | null;
  head: string | null;
  checkpoint: { seq: number; at: Date } | null;
  /** The first entry that is still there, when retention has dropped some. */
  prunedThrough: number;
  verified: {
    at: Date;
    through: number;
    finding: { kind: string; seq: number | null; detail: string } | null;
  } | null;
  /** By which anybody can verify checkpoints, in PEM. */
  publicKey: string;
};

export type AuditRun = {
  id: string;
  kind: "verify" | "export";
  state: "waiting" | "running" | "done" | "failed" | "expired";
  format: ExportFormat | null;
  done: number;
  total: number;
  /** Of a verification its verdict, of an export { rows, bytes }; null until it is done. */
  result: Record<string, unknown> | null;
  createdAt: Date;
  finishedAt: Date | null;
  expiresAt: Date | null;
  /** Where a finished export is fetched, until it expires; the permission is checked once more there. */
  downloadPath: string | null;
};
