import { z } from "zod";
import { pageInput } from "../platform/page-input.ts";
import { line, SearchText } from "../platform/text.ts";

/** What the viewer and exports choose entries by; all of them together. */
const auditFilter = {
  actorId: z.uuid().optional(),
  actorKind: z.enum(["member", "api_key", "operator", "system", "anonymous"]).optional(),
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
  /** Leaves out what was only looked at. */
  changesOnly: z.boolean().optional(),
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
  actor: {
    kind: "member" | "api_key" | "operator" | "system" | "anonymous";
    id: string | null;
    name: string;
  };
  impersonator: { id: string; name: string | null } | null;
  target: { type: string; id: string | null; label: string };
  ip: string | null;
  requestId: string | null;
  /** Place in the chain; null while it waits for its seal. */
  seq: number | null;
  /** Names of the fields that differ, also of those whose values were erased. */
  fields: string[];
};

export type AuditEntry = AuditRow & {
  userAgent: string | null;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  /** Fields that hold what is about people. */
  personal: string[];
  /** What the ids among the values are called now, by id; without those that are gone. */
  names: Record<string, string>;
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
    finding: { kind: string; seq: number | null; entryId: string | null; detail: string } | null;
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

/** An export that somebody asked for; the name is null when nobody goes by it any more. */
export type AuditExport = AuditRun & { requestedBy: string | null };

/** How many streams an organization may have. */
export const streamsMax = 5;

// Printable ASCII: what may stand in a header and in a signature.
const plainText = (max: number) =>
  z
    .string()
    .trim()
    .min(1, "Say something here.")
    .max(max, `Use at most ${max} characters.`)
    .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, "Use plain characters.");

/** An address of the organization's own; which ones may be reached is decided where they are. */
const StreamAddress = z
  .string()
  .trim()
  .max(1_000, "Use at most 1000 characters.")
  .refine((text) => /^https?:$/.test(addressOf(text)?.protocol ?? ""), "Enter a whole address, https://….")
  .refine((text) => {
    const address = addressOf(text);
    return !address || (address.username === "" && address.password === "");
  }, "Leave name and password out of the address.")
  .refine((text) => !addressOf(text)?.hash, "Leave out what follows the #.");

function addressOf(text: string): URL | null {
  return URL.parse(text);
}

const httpsDestination = {
  kind: z.literal("https"),
  url: StreamAddress,
};
const s3Destination = {
  kind: z.literal("s3"),
  /** Of a store that is not Amazon's; empty for Amazon's own. */
  endpoint: z.union([z.literal(""), StreamAddress]).default(""),
  region: z
    .string()
    .trim()
    .regex(/^[a-z0-9-]{2,40}$/, "Enter a region, like eu-central-1."),
  bucket: z
    .string()
    .trim()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "Enter the bucket's name."),
  /** What stands before the objects' names, without slashes at its ends; may be empty. */
  prefix: z
    .string()
    .trim()
    .max(200, "Use at most 200 characters.")
    .regex(/^$|^[A-Za-z0-9._=-]+(?:\/[A-Za-z0-9._=-]+)*$/, "Use letters, digits, dots, hyphens and slashes.")
    .refine((text) => !/(^|\/)\.{1,2}(\/|$)/.test(text), "Leave out dots that stand alone.")
    .default(""),
  accessKeyId: plainText(200),
};
/** The value of an Authorization header that the destination asks for, as "Splunk …" or "Bearer …". */
const authorization = plainText(2_000);
const secretAccessKey = plainText(500);
const StreamName = line(80);

export const CreateAuditStream = z.strictObject({
  name: StreamName,
  destination: z.discriminatedUnion("kind", [
    z.strictObject({ ...httpsDestination, authorization: authorization.optional() }),
    z.strictObject({ ...s3Destination, secretAccessKey }),
  ]),
  /** Whether entries that are there already are sent as well. */
  from: z.enum(["beginning", "now"]).default("now"),
});
export type CreateAuditStream = z.infer<typeof CreateAuditStream>;

/** What is left out stays as it is; a destination is replaced whole, save the secrets that are left out. */
export const UpdateAuditStream = z
  .strictObject({
    id: z.uuid(),
    name: StreamName.optional(),
    destination: z
      .discriminatedUnion("kind", [
        /** Null takes the header away. */
        z.strictObject({ ...httpsDestination, authorization: authorization.nullable().optional() }),
        z.strictObject({ ...s3Destination, secretAccessKey: secretAccessKey.optional() }),
      ])
      .optional(),
  })
  .refine(({ name, destination }) => name !== undefined || destination, "Say what to change.");
export type UpdateAuditStream = z.infer<typeof UpdateAuditStream>;

/** Why a try to deliver failed, as far as the organization is told. */
export const streamErrors = {
  refused_url: "The address cannot be used.",
  blocked: "Astra does not send to this address.",
  unresolved: "The name was not found.",
  unreachable: "The destination could not be reached.",
  tls: "The destination's certificate or its encryption is not right.",
  timeout: "The destination did not answer in time.",
  redirect: "The destination answered with a redirect, which is not followed.",
  protocol: "The answer could not be understood.",
  status: "The destination did not accept the entries.",
  secret: "The stream's secret could not be opened. Delete the stream and add it again.",
  chain_broken: "The log's chain is broken where this stream goes on. Verify the log.",
} as const;
export type StreamError = keyof typeof streamErrors;

export type AuditStreamDestination =
  | { kind: "https"; url: string; hasAuthorization: boolean }
  | {
      kind: "s3";
      endpoint: string;
      region: string;
      bucket: string;
      prefix: string;
      accessKeyId: string;
    };

export type AuditStream = {
  id: string;
  name: string;
  destination: AuditStreamDestination;
  state: "active" | "failing" | "paused";
  pausedAt: Date | null;
  /** Set while the last try has failed, in a paused stream as well. */
  failing: {
    since: Date;
    attempts: number;
    error: StreamError;
    /** Status of the destination's answer, when there was one. */
    status: number | null;
    nextTryAt: Date | null;
  } | null;
  /** Sealed entries that were not delivered yet, and the moment of the oldest of them. */
  behind: { entries: number; oldestAt: Date | null };
  deliveredThrough: number;
  deliveredAt: Date | null;
  /** The last entries that retention dropped after a week of waiting for the stream. */
  gap: { from: number; through: number; at: Date } | null;
  /** Until then the signing secret before the present one signs as well. */
  overlapUntil: Date | null;
  createdAt: Date;
};

/** The signing secret, shown this once; null for a destination that needs none. */
export type NewAuditStream = { id: string; secret: string | null };

/** What became of a try. */
export type AuditStreamTest = {
  ok: boolean;
  status: number | null;
  error: StreamError | null;
  durationMs: number;
};
