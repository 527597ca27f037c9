import { randomUUID } from "node:crypto";
import { open as openFile, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { Disk } from "flydrive";
import type { DriverContract } from "flydrive/types";
import { FSDriver } from "flydrive/drivers/fs";
import { requiredEnv } from "./env.ts";

const keyPattern = /^(?:[a-z0-9_][a-z0-9._-]{0,127}\/){0,8}[a-z0-9_][a-z0-9._-]{0,127}$/;
const tenantPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const partial = ".part";

/** Files of one organization. Keys are paths of small letters, digits, dots and hyphens; no key leads out of it. */
export type TenantStorage = {
  /** Writes a small file whole: a reader finds the old one or the new one, never a half. */
  put(key: string, text: string): Promise<void>;
  /** Null when there is no such file. */
  get(key: string): Promise<string | null>;
  /** Writes a file of any size as it comes; it appears when it is complete. */
  putStream(key: string, content: Readable): Promise<void>;
  getStream(key: string): Promise<Readable>;
  sizeOf(key: string): Promise<number>;
  /** No error when it is not there. */
  delete(key: string): Promise<void>;
  /** Keys below a folder, in no order. */
  list(folder: string): AsyncGenerator<string>;
  /** Removes what writers that were killed before then have left half-written below a folder. */
  deleteHalves(folder: string, before: Date): Promise<void>;
  /** Removes all that this organization has; what a bucket keeps of broken uploads is for its own rules. May be run again. */
  deleteAll(): Promise<void>;
};

/**
 * The storage of one organization at STORAGE_URL, or at a given address. Throws TypeError for an id that is
 * no UUID, and an Error without STORAGE_URL.
 */
export function tenantStorage(tenantId: string, url = requiredEnv("STORAGE_URL")): TenantStorage {
  if (!tenantPattern.test(tenantId)) throw new TypeError("not a tenant's id");
  const { protocol, pathname } = new URL(url);
  // A bucket may be shared: what stands before the tenants' folders is its owner's affair.
  const prefix = protocol === "s3:" ? pathname.replace(/^\/+|\/+$/g, "") : "";
  const root = `${prefix ? `${prefix}/` : ""}tenants/${tenantId}/`;
  const place = (key: string) => {
    if (!keyPattern.test(key) || key.includes("..")) throw new TypeError(`not a storage key: ${key}`);
    return root + key;
  };
  return {
    async put(key, text) {
      const { disk, atomic } = await opened(url);
      const to = place(key);
      if (atomic) return disk.put(to, text);
      await writeWhole(disk, to, (half) => disk.put(half, text));
    },
    async get(key) {
      const { disk } = await opened(url);
      return disk.get(place(key)).catch((error: unknown) => {
        if (isMissing(error)) return null;
        throw error;
      });
    },
    async putStream(key, content) {
      const { disk, atomic } = await opened(url);
      const to = place(key);
      if (atomic) return putMeasured(disk, to, content);
      await writeWhole(disk, to, (half) => disk.putStream(half, content));
    },
    async getStream(key) {
      const { disk } = await opened(url);
      return disk.getStream(place(key));
    },
    async sizeOf(key) {
      const { disk } = await opened(url);
      return (await disk.getMetaData(place(key))).contentLength;
    },
    async delete(key) {
      const { disk } = await opened(url);
      await disk.delete(place(key));
    },
    async *list(folder) {
      const { disk } = await opened(url);
      for await (const key of filesBelow(disk, place(folder))) {
        if (!key.endsWith(partial)) yield key.slice(root.length);
      }
    },
    async deleteHalves(folder, before) {
      const { disk, atomic } = await opened(url);
      if (atomic) return;
      for await (const key of filesBelow(disk, place(folder))) {
        if (!key.endsWith(partial)) continue;
        // One that is put in its place meanwhile is no half any more.
        const known = await disk.getMetaData(key).catch(() => null);
        if (known && known.lastModified < before) await disk.delete(key);
      }
    },
    async deleteAll() {
      const { disk } = await opened(url);
      await disk.deleteAll(root);
    },
  };
}

/** Two at once that write the same file each have a half of their own, so that neither puts the other's in its place. */
async function writeWhole(disk: Disk, to: string, write: (half: string) => Promise<void>): Promise<void> {
  const half = `${to}.${randomUUID()}${partial}`;
  try {
    await write(half);
    await disk.move(half, to);
  } catch (error) {
    await disk.delete(half).catch(() => {});
    throw error;
  }
}

/**
 * A bucket takes nothing whose length it is not told before: what comes is kept in a file until it is known. The file
 * has no name, so that nothing of it stays when the process is killed.
 */
async function putMeasured(disk: Disk, to: string, content: Readable): Promise<void> {
  const file = path.join(tmpdir(), `astra-${randomUUID()}${partial}`);
  const handle = await openFile(file, "wx+", 0o600);
  try {
    await unlink(file);
    await handle.writeFile(content);
    const { size } = await handle.stat();
    if (size === 0) return await disk.put(to, "");
    const whole = handle.createReadStream({ start: 0, autoClose: false });
    await disk.putStream(to, whole, { contentLength: size });
  } finally {
    await handle.close();
  }
}

async function* filesBelow(disk: Disk, folder: string): AsyncGenerator<string> {
  let token: string | undefined;
  do {
    const options = { recursive: true, ...(token ? { paginationToken: token } : {}) };
    const page = await disk.listAll(`${folder}/`, options).catch((error: unknown) => {
      // A folder that nobody has written to yet is an empty one.
      if (isMissing(error)) return undefined;
      throw error;
    });
    for (const object of page?.objects ?? []) {
      if (object.isFile) yield object.key;
    }
    token = page?.paginationToken;
  } while (token);
}

/** Whether a file or folder is not there, as the file system or a bucket says it; the library wraps either. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && error.code === "ENOENT") return true;
  return error.name === "NoSuchKey" || isMissing(error.cause);
}

type Opened = { disk: Disk; atomic: boolean };
const open = new Map<string, Promise<Opened>>();

function opened(url: string): Promise<Opened> {
  let disk = open.get(url);
  if (!disk) {
    disk = driverOf(new URL(url)).then(({ driver, atomic }) => ({ disk: new Disk(driver), atomic }));
    open.set(url, disk);
  }
  return disk;
}

async function driverOf(url: URL): Promise<{ driver: DriverContract; atomic: boolean }> {
  if (url.protocol === "file:") {
    const driver = new FSDriver({ location: fileURLToPath(url), visibility: "private" });
    return { driver, atomic: false };
  }
  // Loaded when it is wanted: the SDK is large, and the embedded default does without.
  const { S3Driver } = await import("flydrive/drivers/s3");
  const { searchParams, hostname } = url;
  const endpoint = searchParams.get("endpoint");
  // Credentials come from the SDK's own chain: environment, profile or the machine's role.
  const driver = new S3Driver({
    bucket: hostname,
    region: searchParams.get("region") ?? "us-east-1",
    ...(endpoint ? { endpoint } : {}),
    forcePathStyle: searchParams.get("path-style") === "true",
    supportsACL: false,
    visibility: "private",
  });
  return { driver, atomic: true };
}
