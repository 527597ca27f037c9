import { v7 as uuid } from "uuid";
import { envelopeOf } from "../events/envelope.ts";
import { outbound, type OutboundAnswer, type OutboundTimings } from "../platform/outbound.ts";
import { signedHeaders } from "../platform/webhook-signature.ts";
import type { DeliveryError } from "./schema.ts";

/** An endpoint as far as sending to it depends on it. */
export type Destination = {
  organizationId: string;
  url: string;
  payload: "full" | "thin";
  /** Pauses between tries, in seconds. */
  schedule: readonly number[];
  /** Null when they could not be opened: then nothing can be sent. */
  opened: { secrets: string[]; headers: Record<string, string> } | null;
};

/** One event that is due, and how often it was tried since it was last asked for. */
export type DueDelivery = {
  id: string;
  eventId: string;
  type: string;
  at: Date;
  data: unknown;
  /** Which asking this is for. */
  round: number;
  roundAttempts: number;
};

/** One try and what follows from it. */
export type Outcome = {
  attemptId: string;
  deliveryId: string;
  round: number;
  payload: "full" | "thin";
  at: Date;
  state: "delivered" | "pending" | "dead";
  error: DeliveryError | null;
  status: number | null;
  timings: OutboundTimings;
  /** JSON text; the organization's own headers stand there by name only. */
  requestHeaders: string;
  responseHeaders: string | null;
  body: Buffer | null;
  truncated: boolean;
  /** Until the next try of this delivery. */
  pauseMs: number;
  /** The receiver wants nothing at all for so long. */
  restMs: number;
};

/** One deadline over name, connection, headers and body. */
export const sendDeadlineMs = 15_000;
/** The status by which a receiver says that it wants no more events. */
export const gone = 410;
const retryAfterMsMax = 86_400_000;
const spread = 0.2;
const reserved =
  /^(?:webhook-.*|host|content-.*|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect)$/;

/** Sends one event once. Never throws for what the other side does. */
export async function sendOnce(to: Destination, due: DueDelivery, now: Date): Promise<Outcome> {
  const { payload } = to;
  const made = { attemptId: uuid(), deliveryId: due.id, round: due.round, payload, at: now };
  if (!to.opened) {
    const failed = { answered: false, failure: "secret", status: null, timings: noTime } as const;
    return { ...made, requestHeaders: "{}", ...verdict(to, due, failed, now) };
  }
  const body = Buffer.from(
    JSON.stringify(envelopeOf(to.organizationId, { ...due, id: due.eventId }, payload)),
  );
  const own = Object.entries(to.opened.headers).filter(([name]) => !reserved.test(name.toLowerCase()));
  const ours = {
    "content-type": "application/json",
    ...signedHeaders({ id: due.eventId, at: now, body }, to.opened.secrets),
  };
  const answer = await outbound().send({
    url: to.url,
    method: "POST",
    headers: { ...Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), value])), ...ours },
    body,
    deadlineMs: sendDeadlineMs,
  });
  const shown = { ...ours, ...Object.fromEntries(own.map(([name]) => [name.toLowerCase(), null])) };
  return { ...made, requestHeaders: JSON.stringify(shown), ...verdict(to, due, answer, now) };
}

const noTime: OutboundTimings = { connectMs: 0, headersMs: 0, bodyMs: 0, totalMs: 0 };

type Failed = { answered: false; failure: DeliveryError; status: number | null; timings: OutboundTimings };
type Answered = Extract<OutboundAnswer, { answered: true }>;

function verdict(
  { schedule }: Destination,
  { roundAttempts }: DueDelivery,
  answer: Answered | Failed,
  now: Date,
): Omit<Outcome, "attemptId" | "deliveryId" | "round" | "payload" | "at" | "requestHeaders"> {
  const { status, timings } = answer;
  const error = errorOf(answer);
  const told = {
    error,
    status,
    timings,
    responseHeaders: answer.answered ? JSON.stringify(answer.headers) : null,
    body: answer.answered ? answer.body : null,
    truncated: answer.answered && answer.truncated,
  };
  if (error === null) return { ...told, state: "delivered", pauseMs: 0, restMs: 0 };
  const askedMs = answer.answered ? retryAfterMs(answer.headers["retry-after"], now) : 0;
  const restMs = status === 429 || status === 503 ? askedMs : 0;
  const pause = schedule[roundAttempts];
  if (pause === undefined || status === gone) return { ...told, state: "dead", pauseMs: 0, restMs };
  // What fails together is not tried again together.
  const jittered = pause * 1_000 * (1 - spread + 2 * spread * Math.random());
  return { ...told, state: "pending", pauseMs: Math.round(Math.max(jittered, askedMs)), restMs };
}

function errorOf(answer: Answered | Failed): DeliveryError | null {
  if (!answer.answered) return answer.failure;
  if (answer.status >= 200 && answer.status < 300) return null;
  return answer.status === gone ? "gone" : "status";
}

/** What an answer asks to wait, in seconds or until a date; a day at most. */
export function retryAfterMs(header: string | undefined, now: Date): number {
  const text = header?.trim() ?? "";
  const wanted = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now.getTime();
  return Math.min(Math.max(wanted || 0, 0), retryAfterMsMax);
}
