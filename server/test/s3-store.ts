import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { startReceiver, type Received, type Receiver } from "./receiver.ts";

export type S3Store = {
  endpoint: string;
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Objects by key, in the order in which they were first written. */
  objects: Map<string, Buffer>;
  close(): Promise<void>;
};

/**
 * A store that speaks as much of the S3 protocol as putting, reading and deleting objects by signed links
 * takes, and accepts nothing whose signature (AWS Signature Version 4, in the query) is not right.
 */
export async function startS3Store(): Promise<S3Store> {
  const objects = new Map<string, Buffer>();
  const keys = { region: "eu-test-1", accessKeyId: "AKIATEST", secretAccessKey: "test/secret+key" };
  const bucket = "logs";
  const receiver: Receiver = await startReceiver((received, response) => {
    const refuse = (status: number, code: string) =>
      response
        .writeHead(status, { "content-type": "application/xml" })
        .end(`<Error><Code>${code}</Code></Error>`);
    const url = new URL(received.path, receiver.url);
    if (!isSigned(received, url, keys)) return refuse(403, "SignatureDoesNotMatch");
    const [, inBucket = "", ...path] = url.pathname.split("/");
    if (inBucket !== bucket) return refuse(404, "NoSuchBucket");
    const md5 = received.headers["content-md5"];
    if (md5 && md5 !== createHash("md5").update(received.body).digest("base64"))
      return refuse(400, "BadDigest");
    objects.set(decodeURIComponent(path.join("/")), received.body);
    return response.writeHead(200, { etag: '"1"' }).end();
  });
  return { endpoint: receiver.url, bucket, ...keys, objects, close: () => receiver.close() };
}

type Keys = { region: string; accessKeyId: string; secretAccessKey: string };

/** Computes the signature anew, as Amazon's documentation of query authentication says. */
function isSigned({ method, headers }: Received, url: URL, keys: Keys): boolean {
  const query = new Map(url.searchParams);
  const given = query.get("X-Amz-Signature") ?? "";
  query.delete("X-Amz-Signature");
  const at = query.get("X-Amz-Date") ?? "";
  const scope = [at.slice(0, 8), keys.region, "s3", "aws4_request"];
  if (query.get("X-Amz-Credential") !== [keys.accessKeyId, ...scope].join("/")) return false;
  const signedNames = (query.get("X-Amz-SignedHeaders") ?? "").split(";");
  const canonical = [
    method,
    url.pathname,
    [...query]
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .toSorted()
      .join("&"),
    ...signedNames.map((name) => `${name}:${String(headers[name] ?? "").trim()}`),
    "",
    signedNames.join(";"),
    "UNSIGNED-PAYLOAD",
  ].join("\n");
  const hash = createHash("sha256").update(canonical).digest("hex");
  const text = ["AWS4-HMAC-SHA256", at, scope.join("/"), hash].join("\n");
  const key = scope.reduce<Buffer | string>(
    (secret, part) => createHmac("sha256", secret).update(part).digest(),
    `AWS4${keys.secretAccessKey}`,
  );
  const expected = createHmac("sha256", key).update(text).digest();
  const actual = Buffer.from(given, "hex");
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
