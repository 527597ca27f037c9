import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { ZodError } from "zod";
import { AppError, type ErrorCode } from "../platform/errors.ts";
import { reasons, type Reason } from "../platform/reasons.ts";

type TrpcCode = TRPCError["code"];

const trpcCodes = {
  BAD_REQUEST: "BAD_REQUEST",
  UNAUTHENTICATED: "UNAUTHORIZED",
  PAYMENT_REQUIRED: "PAYMENT_REQUIRED",
  FORBIDDEN: "FORBIDDEN",
  NOT_FOUND: "NOT_FOUND",
  CONFLICT: "CONFLICT",
  PRECONDITION_FAILED: "PRECONDITION_FAILED",
  TOO_LARGE: "PAYLOAD_TOO_LARGE",
  UNSUPPORTED_MEDIA: "UNSUPPORTED_MEDIA_TYPE",
  RATE_LIMITED: "TOO_MANY_REQUESTS",
  INTERNAL: "INTERNAL_SERVER_ERROR",
  UNAVAILABLE: "SERVICE_UNAVAILABLE",
} as const satisfies Record<ErrorCode, TrpcCode>;

/** Gives a refusal its place in tRPC's codes; whatever is not a refusal becomes an internal error. */
export function toTrpcError(error: TRPCError): TRPCError {
  if (error.cause instanceof AppError) {
    const { code, message } = error.cause;
    return new TRPCError({ code: trpcCodes[code], message, cause: error.cause });
  }
  return error;
}

/** What a refused caller is told. `reason` is stable and for programs, `message` for people. */
export type WireErrorData = {
  reason: Reason;
  message: string;
  field: string | null;
  /** For input that does not fit: path → what is wrong with it. */
  fields: Record<string, string> | null;
  /** What the refusal is about, by name: missing permissions, for one. */
  names: readonly string[] | null;
  requestId: string | null;
};

const reasonOf: Partial<Record<TrpcCode, Reason>> = {
  UNAUTHORIZED: "not_signed_in",
  NOT_FOUND: "no_such_procedure",
  METHOD_NOT_SUPPORTED: "wrong_method",
  UNSUPPORTED_MEDIA_TYPE: "wrong_content_type",
  PAYLOAD_TOO_LARGE: "too_large",
  BAD_REQUEST: "bad_request",
  PARSE_ERROR: "bad_json",
};

/** The error as it leaves the house: never a stack, a query or another's name. */
export function wireError(
  error: TRPCError,
  requestId: string | null,
): { message: string; data: WireErrorData & { code: TrpcCode; httpStatus: number } } {
  const mapped = toTrpcError(error);
  const data = {
    ...describe(mapped),
    requestId,
    code: mapped.code,
    httpStatus: getHTTPStatusCodeFromError(mapped),
  };
  return { message: data.message, data };
}

function describe(error: TRPCError): Omit<WireErrorData, "requestId"> {
  const { cause } = error;
  if (cause instanceof AppError && cause.code !== "INTERNAL") {
    const { message, field = null, names = null } = cause;
    // A reason for the log alone is told to nobody, whatever code it came with.
    const reason = reasons.find((one) => one === cause.reason) ?? "internal";
    return { reason, message, field, fields: null, names };
  }
  if (cause instanceof ZodError) {
    const fields = Object.fromEntries(cause.issues.map((issue) => [issue.path.join("."), issue.message]));
    const field = Object.keys(fields)[0] ?? null;
    return {
      reason: "invalid_input",
      message: "Some of what was sent is not right.",
      field,
      fields,
      names: null,
    };
  }
  const reason = reasonOf[error.code];
  const nothing = { field: null, fields: null, names: null };
  if (reason) return { reason, message: sentences[reason] ?? "The request is not right.", ...nothing };
  return { reason: "internal", message: "Something went wrong.", ...nothing };
}

const sentences: Partial<Record<Reason, string>> = {
  not_signed_in: "Sign in first.",
  no_such_procedure: "There is no such procedure.",
  wrong_method: "This procedure is called in another way.",
  wrong_content_type: "Send the request as application/json.",
  too_large: "The request is too large.",
};
