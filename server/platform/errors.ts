import type { InternalReason, Reason } from "./reasons.ts";

/** The closed set of ways in which Astra refuses, each with its HTTP status. */
export const errorStatus = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  PAYMENT_REQUIRED: 402,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  TOO_LARGE: 413,
  UNSUPPORTED_MEDIA: 415,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

/**
 * A refusal that may be shown to its caller. `reason` is stable and for programs, `message` is one
 * sentence for people. Whatever is not an AppError is answered as "Something went wrong".
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly reason: Reason | InternalReason;
  readonly field: string | undefined;
  /** What the refusal is about, by name, for programs: permissions that are missing, roles that are in use. */
  readonly names: readonly string[] | undefined;

  constructor(
    code: ErrorCode,
    reason: Reason | InternalReason,
    message: string,
    options: { field?: string; names?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.reason = reason;
    this.field = options.field;
    this.names = options.names;
  }
}

/** NOT_FOUND in the product's words; also the answer for things of other organizations. */
export function notFound(thing: string): AppError {
  return new AppError("NOT_FOUND", "not_found", `This ${thing} does not exist, or you cannot see it.`);
}
