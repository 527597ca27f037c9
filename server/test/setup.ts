// Runs in each test file's process before the file's own imports.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { Redis } from "ioredis";
import { afterAll, afterEach, inject } from "vitest";

import { cloneTemplate, dropClone, onDatabase, openSessions } from "./database.ts";

const LEAK_PATIENCE_MS = 10_000;
const HANDLES = new Set(["TCPSocketWrap", "TCPServerWrap", "ProcessWrap", "UDPWrap"]);

const poolId = Number(process.env.VITEST_POOL_ID ?? 1);
const environments = inject("testEnvironments");
// Shared only while Vitest watches and runs more files at once than at its start.
const given = environments[(poolId - 1) % environments.length] ?? {};
const adminUrl = given.DATABASE_URL ?? "";
const database = `astra_test_${poolId}`;

await cloneTemplate(adminUrl, database);
Object.assign(process.env, given, {
  DATABASE_URL: onDatabase(adminUrl, database),
  DATABASE_OWNER_URL: onDatabase(given.DATABASE_OWNER_URL ?? "", database),
  DATABASE_APP_URL: onDatabase(given.DATABASE_APP_URL ?? "", database),
  DATABASE_PLATFORM_URL: onDatabase(given.DATABASE_PLATFORM_URL ?? "", database),
  // One of Redis's numbered databases each. Channels of PUBLISH are shared by all of them.
  REDIS_URL: `${given.REDIS_URL}/${poolId}`,
  // The clones' ready tenants are the same ones, so what a file stores about them must not meet the next file.
  STORAGE_URL: `${given.STORAGE_URL}/${randomUUID()}`,
});
await emptyRedis();

const errors: string[] = [];
const print = console.error;
console.error = (...args: unknown[]) => {
  errors.push(args.map(String).join(" "));
  print(...args);
};

afterEach(() => {
  const found = errors.splice(0);
  if (found.length > 0) throw new Error(`console.error was called:\n${found.join("\n")}`);
});

// Registered first, hence run last: the file's own afterAll has closed what it opened.
afterAll(async () => {
  const leaked = await leftOpen();
  await dropClone(adminUrl, database);
  if (leaked.length > 0) throw new Error(`Left open at the end of the file:\n  ${leaked.join("\n  ")}`);
});

async function leftOpen(): Promise<string[]> {
  const deadline = performance.now() + LEAK_PATIENCE_MS;
  for (;;) {
    const handles = process.getActiveResourcesInfo().filter((name) => HANDLES.has(name));
    const sessions = await openSessions(adminUrl, database);
    const open = [...handles, ...sessions];
    if (open.length === 0 || performance.now() > deadline) return open;
    await sleep(50);
  }
}

async function emptyRedis() {
  const redis = new Redis(process.env.REDIS_URL ?? "");
  await redis.flushdb();
  await redis.quit();
}
