import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

import { Redis } from "ioredis";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { CACHE_DIR } from "../checkout.ts";
import { makeScratchDir, removeDir } from "../scratch-dir.ts";
import { startPostgres } from "./postgres.ts";
import { type RedisSource, startRedis } from "./redis.ts";

let dir: string;
beforeAll(() => {
  dir = makeScratchDir("astra-databases");
});
afterAll(() => removeDir(dir));

function postgresIn(name: string) {
  return startPostgres({
    dataDir: path.join(dir, name),
    password: "p@ss/word",
    database: "astra",
    durable: false,
    logFile: path.join(dir, `${name}.log`),
  });
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test("PostgreSQL 18 keeps its data over a restart and takes passwords only", async () => {
  const first = await postgresIn("postgres");
  await query(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
  const stranger = new URL(first.url);
  stranger.password = "guess";
  await expect(query(stranger.href, "SELECT 1")).rejects.toThrow("password");
  await first.child.stop();

  const second = await postgresIn("postgres");
  expect(await query(second.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  expect(await query(second.url, "SHOW server_version")).toMatchObject([
    { server_version: expect.stringMatching(/^18\./) },
  ]);
  expect(await query(second.url, "SHOW listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }]);
  await second.child.stop();
});

test("a second PostgreSQL on the same files is refused with the server's own words", async () => {
  const first = await postgresIn("twice");
  await expect(postgresIn("twice")).rejects.toThrow("postmaster.pid");
  await first.child.stop();
});

/** Addresses of this machine that others can reach. */
function outerAddresses(): string[] {
  const all = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []);
  return all.filter((one) => !one.internal && one.family === "IPv4").map((one) => one.address);
}

/** What a connection to the port of another machine's side comes to. */
async function connectionFrom(host: string, port: string): Promise<string> {
  const socket = net.connect({ host, port: Number(port) });
  const answer = await Promise.race([
    once(socket, "connect").then(() => "open"),
    once(socket, "error").then(() => "refused"),
  ]).catch(() => "refused");
  socket.destroy();
  return answer;
}

test.each<[RedisSource, string[]]>([
  ["unpacked", ["appendonlydir"]],
  // The stand-in writes nothing.
  ["javascript", []],
])("Redis (%s) serves the loopback address only", async (source, files) => {
  const dataDir = path.join(dir, `redis-${source}`);
  const logFile = `${dataDir}.log`;
  const redis = await startRedis({ dataDir, cacheDir: CACHE_DIR, durable: true, logFile, sources: [source] });
  const client = new Redis(redis.url);
  expect(await client.set("key", "value")).toBe("OK");
  expect(await client.get("key")).toBe("value");
  const { port } = new URL(redis.url);
  for (const host of outerAddresses()) expect(await connectionFrom(host, port)).toBe("refused");
  await client.quit();
  await redis.child.stop();
  expect(fs.readdirSync(dataDir)).toEqual(files);
});
