import type { Reason } from "../platform/reasons.ts";

/** Why a call failed before Astra's answer was there, or read. */
export type LocalReason =
  /** No connection, or it broke. Whether a change was made is not known. */
  | "unreachable"
  /** The call's time ran out. Whether a change was made is not known. */
  | "timed_out"
  /** The call's signal was aborted. */
  | "aborted"
  /** What answered is not Astra. */
  | "not_astra"
  /** A reason that this version of the client does not know; `rawReason` has it. */
  | "unrecognized";

/** Every reason for which a call can fail. */
export type AstraReason = Reason | LocalReason;

export type AstraErrorParts = {
  reason: AstraReason;
  message: string;
  rawReason?: string;
  code?: string;
  status?: number | null;
  field?: string | null;
  fields?: Readonly<Record<string, string>> | null;
  names?: readonly string[] | null;
  requestId?: string | null;
  retryAfterMs?: number | null;
  cause?: unknown;
};

/** A call that Astra refused, or that did not reach it. */
export class AstraError extends Error {
  override readonly name = "AstraError";
  /** For programs; it keeps its meaning from version to version. */
  readonly reason: AstraReason;
  /** The reason as it was sent. */
  readonly rawReason: string;
  /** The kind of refusal, like "FORBIDDEN"; "NO_ANSWER" when there was none. */
  readonly code: string;
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** The field of the input that the refusal is about. */
  readonly field: string | null;
  /** For input that does not fit: every field of it, with what is wrong. */
  readonly fields: Readonly<Record<string, string>> | null;
  /** What the refusal is about, by name: missing permissions, for one. */
  readonly names: readonly string[] | null;
  /** By this Astra's logs find the call. */
  readonly requestId: string | null;
  /** How long Astra asked to wait before another try. */
  readonly retryAfterMs: number | null;

  constructor(parts: AstraErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.reason = parts.reason;
    this.rawReason = parts.rawReason ?? parts.reason;
    this.code = parts.code ?? "NO_ANSWER";
    this.status = parts.status ?? null;
    this.field = parts.field ?? null;
    this.fields = parts.fields ?? null;
    this.names = parts.names ?? null;
    this.requestId = parts.requestId ?? null;
    this.retryAfterMs = parts.retryAfterMs ?? null;
  }
}
