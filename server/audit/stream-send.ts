import { createHash } from "node:crypto";
import { outbound, type OutboundAnswer } from "../platform/outbound.ts";
import { signedHeaders } from "../platform/webhook-signature.ts";
import type { StreamError } from "./schema.ts";
import type { Credential, Destination } from "./stream-record.ts";

/** Lines for a destination. The name is the same for each try, so that a repeat is known or overwrites. */
export type Batch = { id: string; objectName: string; body: Buffer };

export type Sent =
  | { ok: true; status: number; durationMs: number }
  | { ok: false; error: StreamError; status: number | null; durationMs: number; retryAfterMs: number | null };

export type SendOptions = {
  destination: Destination;
  credential: Credential;
  /** Whether the former signing secret signs as well. */
  overlapping: boolean;
  now: Date;
};

const httpsDeadlineMs = 15_000;
const s3DeadlineMs = 30_000;
const linkSeconds = 300;
const contentType = "application/x-ndjson";
const retryAfterMsMax = 3_600_000;

/** Sends one batch; only an answer from 200 to 299 is a success. Never throws for what the other side does. */
export async function sendBatch(batch: Batch, options: SendOptions): Promise<Sent> {
  const { destination, credential } = options;
  if (destination.kind === "https" && credential.kind === "https") {
    return told(await postLines(batch, credential.url, credential, options));
  }
  if (destination.kind === "s3" && credential.kind === "s3") {
    return told(await putObject(batch, destination, credential.secretAccessKey));
  }
  throw new TypeError("a stream's destination and its secrets are of two kinds");
}

function postLines(
  batch: Batch,
  url: string,
  credential: Extract<Credential, { kind: "https" }>,
  { overlapping, now }: SendOptions,
): Promise<OutboundAnswer> {
  const { signing, former, authorization } = credential;
  const secrets = overlapping && former ? [signing, former] : [signing];
  return outbound().send({
    url,
    method: "POST",
    headers: {
      "content-type": contentType,
      ...signedHeaders({ id: batch.id, at: now, body: batch.body }, secrets),
      ...(authorization ? { authorization } : {}),
    },
    body: batch.body,
    deadlineMs: httpsDeadlineMs,
  });
}

/** The SDK signs a link, and the guarded client follows it: so the SDK itself reaches nothing. */
async function putObject(
  batch: Batch,
  destination: Extract<Destination, { kind: "s3" }>,
  secretAccessKey: string,
): Promise<OutboundAnswer> {
  const { endpoint, region, bucket, prefix, accessKeyId } = destination;
  // Loaded when it is wanted: the SDK is large, and most streams do without.
  const [{ PutObjectCommand, S3Client }, { getSignedUrl }] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/s3-request-presigner"),
  ]);
  const client = new S3Client({
    region,
    ...(endpoint ? { endpoint, forcePathStyle: true } : { forcePathStyle: bucket.includes(".") }),
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
  try {
    const Key = `${prefix ? `${prefix}/` : ""}${batch.objectName}`;
    const command = new PutObjectCommand({ Bucket: bucket, Key });
    const url = await getSignedUrl(client, command, { expiresIn: linkSeconds });
    const md5 = createHash("md5").update(batch.body).digest("base64");
    return await outbound().send({
      url,
      method: "PUT",
      // The store compares what has arrived with the sum.
      headers: { "content-type": contentType, "content-md5": md5 },
      body: batch.body,
      deadlineMs: s3DeadlineMs,
    });
  } finally {
    client.destroy();
  }
}

function told(answer: OutboundAnswer): Sent {
  const durationMs = Math.round(answer.timings.totalMs);
  if (!answer.answered) {
    return { ok: false, error: answer.failure, status: answer.status, durationMs, retryAfterMs: null };
  }
  const { status } = answer;
  if (status >= 200 && status < 300) return { ok: true, status, durationMs };
  const seconds = Number(answer.headers["retry-after"] ?? Number.NaN);
  const retryAfterMs = seconds > 0 ? Math.min(seconds * 1_000, retryAfterMsMax) : null;
  return { ok: false, error: "status", status, durationMs, retryAfterMs };
}
