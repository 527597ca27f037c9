import { z } from "zod";
import { envelopeOf } from "../events/envelope.ts";
import { notFound } from "../platform/errors.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { deliveryColumns, presentDelivery } from "./lists.ts";
import type { DeliveryAttempt, DeliveryError, EndpointById, ShownHeader, WebhookDelivery } from "./schema.ts";

type DeliveryRecord = Parameters<typeof presentDelivery>[0];
type WholeRecord = DeliveryRecord & {
  payload: "full" | "thin";
  at: Date;
  data: unknown;
  headerNames: string[];
};

const triesMax = 100;

/**
 * One delivery with its tries: what was sent, and what the receiver answered. The body is made anew of the event, in
 * the form of the last try, or of the endpoint before the first one. Throws AppError not_found.
 */
export async function getDelivery(ctx: ReadCtx, { id }: EndpointById): Promise<WebhookDelivery> {
  const [row] = await ctx.db.$queryRaw<WholeRecord[]>`
    SELECT ${deliveryColumns}, e.payload, coalesce(e.header_names, '{}') AS "headerNames", v.at, v.data
    FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id JOIN events v ON v.id = d.event_id
    WHERE d.id = ${id}::uuid`;
  if (!row) throw notFound("delivery");
  const { payload: present, headerNames, at, data, ...delivery } = row;
  const hidden = new Set(headerNames.map((name) => name.toLowerCase()));
  const attempts = await ctx.db.webhookAttempt.findMany({
    where: { deliveryId: id },
    orderBy: { number: "desc" },
    take: triesMax,
  });
  const tries = attempts.map((attempt) => presentAttempt(attempt, hidden));
  const payload = tries[0]?.payload ?? present;
  const { eventId, type } = row;
  const envelope = envelopeOf(ctx.organization.id, { id: eventId, type, at, data }, payload);
  const body = JSON.stringify(envelope);
  return {
    ...presentDelivery(delivery),
    payload,
    body,
    tries,
    curl: curlOf(row.endpointUrl, tries[0]?.requestHeaders ?? unsent(eventId, headerNames), body),
  };
}

type AttemptRecord = Awaited<ReturnType<ReadCtx["db"]["webhookAttempt"]["findMany"]>>[number];

function presentAttempt(attempt: AttemptRecord, hidden: ReadonlySet<string>): DeliveryAttempt {
  const { number, at, status, connectMs, headersMs, bodyMs, totalMs, truncated } = attempt;
  const { responseBody } = attempt;
  return {
    number,
    at,
    // A deliverer writes words of this set alone.
    error: attempt.error as DeliveryError | null,
    status,
    connectMs,
    headersMs,
    bodyMs,
    totalMs,
    requestHeaders: shownHeaders(attempt.requestHeaders, hidden),
    responseHeaders: shownHeaders(attempt.responseHeaders ?? "{}", new Set()),
    responseBody: responseBody && Buffer.from(responseBody).toString("utf8"),
    truncated,
    // A CHECK holds the same closed set.
    payload: attempt.payload as DeliveryAttempt["payload"],
  };
}

const StoredHeaders = z.record(z.string(), z.string().nullable());

function shownHeaders(text: string, hidden: ReadonlySet<string>): ShownHeader[] {
  const headers = StoredHeaders.catch({}).parse(JSON.parse(text));
  return Object.entries(headers).map(([name, value]) => ({
    name,
    value: hidden.has(name.toLowerCase()) ? null : value,
  }));
}

/** What a request would bear that was not sent yet; there is no signature before. */
function unsent(eventId: string, headerNames: string[]): ShownHeader[] {
  return [
    { name: "content-type", value: "application/json" },
    { name: "webhook-id", value: eventId },
    ...headerNames.map((name) => ({ name, value: null })),
  ];
}

/** What sends the same once more from a shell, under the signature that it had then. */
function curlOf(url: string, headers: ShownHeader[], body: string): string {
  const lines = [
    `curl -X POST ${quoted(url)}`,
    ...headers.map(({ name, value }) => `-H ${quoted(`${name}: ${value ?? `<${name}>`}`)}`),
    `--data-binary ${quoted(body)}`,
  ];
  return lines.join(" \\\n  ");
}

/** One word of a POSIX shell, whatever stands in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
