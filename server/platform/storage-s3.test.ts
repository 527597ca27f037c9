import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startS3Bucket, type S3Bucket } from "../test/s3-bucket.ts";
import { tenantStorage, type TenantStorage } from "./storage.ts";

const one = "0198f000-0000-7000-8000-000000000001";
const other = "0198f000-0000-7000-8000-000000000002";
let bucket: S3Bucket;
let storage: TenantStorage;
let others: TenantStorage;

beforeAll(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIATEST");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test/secret+key");
  bucket = await startS3Bucket("files");
  const url = `s3://files/shared/astra?region=eu-test-1&endpoint=${encodeURIComponent(bucket.url)}&path-style=true`;
  storage = tenantStorage(one, url);
  others = tenantStorage(other, url);
});
afterAll(async () => {
  await bucket.close();
  vi.unstubAllEnvs();
});

async function keysOf(folder: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of storage.list(folder)) keys.push(key);
  return keys.toSorted();
}

test("small files stand below the organization's prefix, and are read, listed and deleted", async () => {
  for (const name of ["a", "b", "c"]) await storage.put(`audit/checkpoints/${name}.json`, `{"of":"${name}"}`);
  await others.put("audit/checkpoints/d.json", "theirs");
  expect([...bucket.objects.keys()]).toContain(`shared/astra/tenants/${one}/audit/checkpoints/a.json`);
  expect(await storage.get("audit/checkpoints/b.json")).toBe('{"of":"b"}');
  expect(await storage.get("audit/checkpoints/d.json")).toBeNull();
  expect(await keysOf("audit/checkpoints")).toEqual(
    ["a", "b", "c"].map((name) => `audit/checkpoints/${name}.json`),
  );
  expect(await keysOf("nothing")).toEqual([]);
  await storage.delete("audit/checkpoints/b.json");
  await storage.delete("audit/checkpoints/b.json");
  expect(await keysOf("audit/checkpoints")).toHaveLength(2);
});

test("a stream of unknown length is stored whole, and one that breaks leaves nothing", async () => {
  const pieces = Array.from({ length: 300 }, (_, n) => `${n}:${"é".repeat(1_000)}\n`);
  await storage.putStream("audit/exports/run", Readable.from(pieces));
  expect(await text(await storage.getStream("audit/exports/run"))).toBe(pieces.join(""));
  expect(await storage.sizeOf("audit/exports/run")).toBe(Buffer.byteLength(pieces.join("")));
  await storage.putStream("audit/exports/empty", Readable.from([]));
  expect(await storage.get("audit/exports/empty")).toBe("");
  const broken = Readable.from(
    (async function* () {
      yield "half";
      throw new Error("gone");
    })(),
  );
  await expect(storage.putStream("audit/exports/broken", broken)).rejects.toThrow("gone");
  expect(await storage.get("audit/exports/broken")).toBeNull();
  await storage.deleteHalves("audit/exports", new Date());
  expect(await keysOf("audit/exports")).toEqual(["audit/exports/empty", "audit/exports/run"]);
});

test("deleteAll removes all that one organization has, and nothing of another", async () => {
  await storage.deleteAll();
  expect([...bucket.objects.keys()]).toEqual([`shared/astra/tenants/${other}/audit/checkpoints/d.json`]);
  await storage.deleteAll();
});
