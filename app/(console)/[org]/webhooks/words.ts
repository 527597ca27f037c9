import type { BadgeTone } from "#app/_ui/badge.tsx";
import { pauseWords } from "#app/docs/events/_reference/pause-words.ts";
import type { DeliveryError, DeliveryState, EndpointState } from "#server/webhooks/schema.ts";

const count = new Intl.NumberFormat("en");
const countedMax = 1_000;

export const endpointStateWords: Record<EndpointState, { label: string; tone: BadgeTone }> = {
  active: { label: "Active", tone: "success" },
  paused: { label: "Paused", tone: "neutral" },
  disabled: { label: "Disabled", tone: "danger" },
};

export const deliveryStateWords: Record<DeliveryState, { label: string; tone: BadgeTone }> = {
  pending: { label: "Waiting", tone: "info" },
  delivered: { label: "Delivered", tone: "success" },
  dead: { label: "Dead letter", tone: "danger" },
  held: { label: "Held", tone: "warning" },
  canceled: { label: "Canceled", tone: "neutral" },
};

/** Each error in two or three words, for lists and filters; the sentences stand in the server's schema. */
export const errorWords: Record<DeliveryError, string> = {
  refused_url: "Address cannot be used",
  blocked: "Address not allowed",
  unresolved: "Name not found",
  unreachable: "Not reached",
  tls: "Certificate not right",
  timeout: "No answer in time",
  redirect: "Redirected",
  protocol: "Answer not understood",
  status: "Not accepted",
  gone: "Wants no more (410)",
  secret: "Secrets not readable",
};

/** "Not accepted, 500". */
export function whyInWords(error: DeliveryError | null, status: number | null): string | null {
  if (!error) return null;
  return status === null || error === "gone" ? errorWords[error] : `${errorWords[error]}, ${status}`;
}

/** A count that the server stops at 1,000. */
export function manyInWords(many: number): string {
  return many > countedMax ? `more than ${count.format(countedMax)}` : count.format(many);
}

/** "1 delivery", "12 deliveries". */
export function deliveriesInWords(many: number): string {
  return `${manyInWords(many)} ${many === 1 ? "delivery" : "deliveries"}`;
}

/** "35 ms", "1.2 s". */
export function milliseconds(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return `${(ms / 1_000).toFixed(1).replace(/\.0$/, "")} s`;
}

/** How many of the tries arrived: "99.5%"; never 100% while one has failed. */
export function shareInWords(share: number): string {
  const percent = Math.floor(share * 1_000) / 10;
  return `${percent}%`;
}

/** A schedule in one sentence. */
export function scheduleInWords(pauses: readonly number[]): string {
  if (pauses.length === 0) return "One try, at once.";
  return `${pauses.length + 1} tries: at once, then after ${pauses.map(pauseWords).join(", ")}.`;
}

/** What an endpoint hears of, in a few words. */
export function typesInWords(types: readonly string[]): string {
  if (types.includes("*")) return "All events";
  if (types.length <= 2) return types.join(", ");
  return `${types.slice(0, 2).join(", ")} and ${types.length - 2} more`;
}

/** An address without its scheme, for where there is little room. */
export function shortAddress(url: string): string {
  return url.replace(/^https?:\/\//, "").replace(/\/$/, "");
}
