import superjson from "superjson";
import { reasons } from "../platform/reasons.ts";
import { AstraError, type AstraReason } from "./astra-error.ts";
import type { AstraClientOptions, CallOptions } from "./options.ts";

const timeoutMsDefault = 30_000;
const attemptsMaxDefault = 3;
const pauseMsFirst = 200;
const pauseMsMax = 5_000;
/** Answers that may be others a moment later. Of a 500 nobody knows that. */
const passingStatuses: readonly number[] = [429, 502, 503, 504];
const passingReasons: readonly AstraReason[] = ["unreachable", "not_astra"];

type Call = { path: string; type: "query" | "mutation"; input: unknown };
type Limits = { signal: AbortSignal; endsAt: number };

/** Makes calls of one organization. Throws TypeError when the options cannot be meant. */
export function makeCaller(options: AstraClientOptions): (call: Call, own?: CallOptions) => Promise<unknown> {
  const base = options.url.replace(/\/+$/, "");
  const door = new URL(`${base}/api/trpc/${encodeURIComponent(options.organization)}/`);
  if (!/^https?:$/.test(door.protocol)) throw new TypeError("url must begin with https:// or http://.");
  if (!options.organization) throw new TypeError("organization must be an organization's address.");
  if (!options.apiKey) throw new TypeError("apiKey must be an API key or a token.");
  const attemptsMax = options.attemptsMax ?? attemptsMaxDefault;

  return async (call, own = {}) => {
    const timeoutMs = own.timeoutMs ?? options.timeoutMs ?? timeoutMsDefault;
    const timeout = AbortSignal.timeout(timeoutMs);
    const limits = {
      signal: own.signal ? AbortSignal.any([own.signal, timeout]) : timeout,
      endsAt: Date.now() + timeoutMs,
    };
    for (let attempt = 1; ; attempt++) {
      // Outside of the try: what the caller's own function throws is the caller's.
      const headers = await headersOf(options, call);
      try {
        return await callOnce({ send: options.fetch ?? fetch, door, headers }, call, limits);
      } catch (error) {
        const failure = asAstraError(error, own.signal, timeout);
        const again = call.type === "query" && attempt < attemptsMax && isPassing(failure);
        const pauseMs = failure.retryAfterMs ?? backoffMs(attempt);
        // Waiting longer than the call may take helps nobody: its caller is told at once.
        if (!again || Date.now() + pauseMs >= limits.endsAt) throw failure;
        await pause(pauseMs, limits.signal).catch((broken: unknown) => {
          throw asAstraError(broken, own.signal, timeout);
        });
      }
    }
  };
}

async function headersOf({ apiKey }: AstraClientOptions, { type }: Call): Promise<Headers> {
  const token = typeof apiKey === "string" ? apiKey : await apiKey();
  const headers = new Headers({ authorization: `Bearer ${token}` });
  if (type === "mutation") headers.set("content-type", "application/json");
  return headers;
}

type Door = { send: typeof fetch; door: URL; headers: Headers };

async function callOnce({ send, door, headers }: Door, call: Call, { signal }: Limits): Promise<unknown> {
  const url = new URL(call.path, door);
  const input = call.input === undefined ? undefined : JSON.stringify(superjson.serialize(call.input));
  if (call.type === "query" && input !== undefined) url.searchParams.set("input", input);
  const response = await send(url, {
    method: call.type === "query" ? "GET" : "POST",
    headers,
    ...(call.type === "mutation" && input !== undefined ? { body: input } : {}),
    signal,
    // The key goes to this address alone, and a browser's session stays out of it.
    redirect: "error",
    credentials: "omit",
    cache: "no-store",
  });
  return readAnswer(response);
}

type Sent = Parameters<typeof superjson.deserialize>[0];
type Answer = {
  result?: { data?: Sent };
  error?: { json?: { message?: string; data?: Refusal } };
};
type Refusal = {
  reason?: string;
  code?: string;
  field?: string | null;
  fields?: Record<string, string> | null;
  names?: string[] | null;
  requestId?: string | null;
};

async function readAnswer(response: Response): Promise<unknown> {
  const text = await response.text();
  const answer = parsed(text);
  if (response.ok && answer?.result) {
    return answer.result.data === undefined ? undefined : superjson.deserialize(answer.result.data);
  }
  const { message, data } = answer?.error?.json ?? {};
  const known = { status: response.status, retryAfterMs: retryAfterMs(response.headers.get("retry-after")) };
  if (!data?.reason) {
    const requestId = response.headers.get("x-request-id");
    throw new AstraError({
      ...known,
      reason: "not_astra",
      message: `No answer of Astra (${response.status}).`,
      requestId,
    });
  }
  const { reason: rawReason, code = "INTERNAL_SERVER_ERROR", ...rest } = data;
  const reason = reasons.find((one) => one === rawReason) ?? "unrecognized";
  throw new AstraError({ ...known, ...rest, reason, rawReason, code, message: message ?? rawReason });
}

function parsed(text: string): Answer | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

function asAstraError(error: unknown, own: AbortSignal | undefined, timeout: AbortSignal): AstraError {
  if (error instanceof AstraError) return error;
  if (own?.aborted)
    return new AstraError({ reason: "aborted", message: "The call was broken off.", cause: error });
  if (timeout.aborted)
    return new AstraError({ reason: "timed_out", message: "Astra took too long.", cause: error });
  return new AstraError({ reason: "unreachable", message: "Astra cannot be reached.", cause: error });
}

function isPassing({ reason, status }: AstraError): boolean {
  return status === null ? passingReasons.includes(reason) : passingStatuses.includes(status);
}

/** Seconds, or a date, as the header has it. */
function retryAfterMs(header: string | null): number | null {
  if (!header) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** Any moment up to a bound that doubles: callers that failed together do not come back together. */
function backoffMs(attempt: number): number {
  return Math.random() * Math.min(pauseMsMax, pauseMsFirst * 2 ** attempt);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
