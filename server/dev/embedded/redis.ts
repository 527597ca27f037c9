import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { unpackRedis } from "./apt-redis.ts";
import { type Child, startChild } from "./children.ts";
import { findExecutable } from "./executables.ts";
import { canConnect, freePort } from "./ports.ts";
import { until } from "./until.ts";

export interface RedisOptions {
  dataDir: string;
  /** Where a downloaded server is kept over runs. */
  cacheDir: string;
  /** False only for tests: nothing is written to disk. */
  durable: boolean;
  logFile: string;
  /** A free one without it; the one of before, for a server that is started again. */
  port?: number;
  /** Which ways to a server may be tried, in this order. */
  sources?: readonly RedisSource[];
}

export type RedisSource = "system" | "unpacked" | "javascript";

export interface Redis {
  child: Child;
  url: string;
  source: RedisSource;
}

interface RedisServer {
  source: RedisSource;
  command: string;
  args: string[];
  env: NodeJS.Dict<string>;
}

const ALL_SOURCES: readonly RedisSource[] = ["system", "unpacked", "javascript"];

/**
 * Starts Redis (or Valkey) on a free loopback port, with the append-only file and `noeviction`: the system's
 * own, else one unpacked from the distribution's packages, else a stand-in in JavaScript with a loud warning.
 */
export async function startRedis(options: RedisOptions): Promise<Redis> {
  fs.mkdirSync(options.dataDir, { recursive: true });
  const port = options.port ?? (await freePort());
  const server = chooseServer(options, port);
  if (server.source === "javascript") warnOfStandIn();
  const log = fs.openSync(options.logFile, "a");
  const child = startChild({
    name: "Redis",
    command: server.command,
    args: server.args,
    env: server.env,
    output: log,
  });
  fs.closeSync(log);
  const answers = async () => {
    if (!child.isRunning())
      throw new Error(`Redis ended at once: ${await child.ended}; see ${options.logFile}`);
    return canConnect(port);
  };
  try {
    await until(answers, { what: "Redis", timeoutMs: 20_000 });
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { child, url: `redis://127.0.0.1:${port}`, source: server.source };
}

function chooseServer(options: RedisOptions, port: number): RedisServer {
  for (const source of options.sources ?? ALL_SOURCES) {
    const server = serverFrom(source, options, port);
    if (server) return server;
  }
  throw new Error("No Redis here: set REDIS_URL to a Redis or Valkey of your own.");
}

function serverFrom(source: RedisSource, options: RedisOptions, port: number): RedisServer | undefined {
  const args = realServerArguments(options, port);
  if (source === "system") {
    const command = findExecutable("redis-server") ?? findExecutable("valkey-server");
    return command ? { source, command, args, env: {} } : undefined;
  }
  if (source === "unpacked") {
    const unpacked = unpackRedis(options.cacheDir);
    return unpacked ? { source, args, ...unpacked } : undefined;
  }
  const standIn = path.join(import.meta.dirname, "redis-stand-in.mjs");
  if (!standInIsInstalled()) return undefined;
  return { source, command: process.execPath, args: [standIn, String(port)], env: {} };
}

function realServerArguments({ dataDir, durable }: RedisOptions, port: number): string[] {
  const settings = {
    port: String(port),
    bind: "127.0.0.1",
    dir: dataDir,
    databases: "64",
    // A full Redis must refuse writes: evicted keys would be lost jobs.
    "maxmemory-policy": "noeviction",
    save: "",
    appendonly: durable ? "yes" : "no",
    appendfsync: "everysec",
    daemonize: "no",
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

function standInIsInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve("js-redis-server");
    return true;
  } catch {
    return false;
  }
}

function warnOfStandIn() {
  process.stderr.write(
    "\nWARNING: no real Redis was found. A stand-in in JavaScript runs instead: slow, in memory only, for a\n" +
      "first look and never for production. Install redis or valkey, or set REDIS_URL.\n\n",
  );
}
