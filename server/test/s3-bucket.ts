import { startReceiver, type Received } from "./receiver.ts";

/** A bucket as the SDK speaks to it: objects by key. */
export type S3Bucket = { url: string; objects: Map<string, Buffer>; close(): Promise<void> };

/** So few names on one page that a list of some files has several. */
const pageKeys = 2;

/**
 * A store that speaks as much of S3's own protocol as `platform/storage` uses, path-style. Like S3 it takes no upload
 * whose length is not known, and nothing unsigned; signatures are checked elsewhere (`s3-store`).
 */
export async function startS3Bucket(bucket: string): Promise<S3Bucket> {
  const objects = new Map<string, Buffer>();
  const receiver = await startReceiver((received, response) => {
    const { status, headers = {}, body = "" } = answerOf(received, bucket, objects);
    response.writeHead(status, headers).end(received.method === "HEAD" ? undefined : body);
  });
  return { url: receiver.url, objects, close: () => receiver.close() };
}

type Answer = { status: number; headers?: Record<string, string>; body?: string | Buffer };

function answerOf(received: Received, bucket: string, objects: Map<string, Buffer>): Answer {
  const { method, headers, path } = received;
  if (!headers.authorization?.startsWith("AWS4-HMAC-SHA256 ")) return refusal(403, "AccessDenied");
  const url = new URL(path, "http://store");
  const [, inBucket, ...parts] = decodeURIComponent(url.pathname).split("/");
  if (inBucket !== bucket) return refusal(404, "NoSuchBucket");
  const key = parts.join("/");
  if (method === "GET" && url.searchParams.get("list-type") === "2") return listed(url.searchParams, objects);
  if (method === "POST" && url.searchParams.has("delete")) {
    for (const [, name = ""] of received.body.toString("utf8").matchAll(/<Key>([^<]*)<\/Key>/g))
      objects.delete(name);
    return { status: 200, body: "<DeleteResult></DeleteResult>" };
  }
  if (method === "PUT") return taken(received, key, objects);
  if (method === "DELETE") {
    objects.delete(key);
    return { status: 204 };
  }
  const object = objects.get(key);
  if (!object) return refusal(404, "NoSuchKey");
  const about = {
    etag: '"1"',
    "last-modified": new Date().toUTCString(),
    "content-length": `${object.length}`,
  };
  return { status: 200, headers: about, body: object };
}

function taken({ headers, body }: Received, key: string, objects: Map<string, Buffer>): Answer {
  const length = headers["x-amz-decoded-content-length"] ?? headers["content-length"];
  if (length === undefined) return refusal(411, "MissingContentLength");
  const whole = headers["content-encoding"]?.includes("aws-chunked") ? unchunked(body) : body;
  if (whole.length !== Number(length)) return refusal(400, "IncompleteBody");
  objects.set(key, whole);
  return { status: 200, headers: { etag: '"1"' } };
}

/** The content of a body in pieces, each behind its length in hexadecimal. */
function unchunked(body: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; ;) {
    const end = body.indexOf("\r\n", at);
    const length = Number.parseInt(body.toString("latin1", at, end), 16);
    if (end < 0 || !(length > 0)) return Buffer.concat(pieces);
    pieces.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
}

function listed(query: URLSearchParams, objects: Map<string, Buffer>): Answer {
  const after = query.get("continuation-token") ?? "";
  const keys = [...objects.keys()]
    .filter((key) => key.startsWith(query.get("prefix") ?? "") && key > after)
    .toSorted();
  const page = keys.slice(0, pageKeys);
  const more =
    keys.length > page.length ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
  const contents = page.map(
    (key) =>
      `<Contents><Key>${key}</Key><Size>${objects.get(key)?.length ?? 0}</Size><ETag>"1"</ETag>` +
      `<LastModified>${new Date().toISOString()}</LastModified></Contents>`,
  );
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: `<ListBucketResult><IsTruncated>${more !== ""}</IsTruncated>${more}${contents.join("")}</ListBucketResult>`,
  };
}

function refusal(status: number, code: string): Answer {
  const headers = { "content-type": "application/xml" };
  return { status, headers, body: `<Error><Code>${code}</Code><Message>${code}</Message></Error>` };
}
