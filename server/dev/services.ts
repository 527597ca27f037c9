import fs from "node:fs";
import path from "node:path";

import { lockDataDir } from "./data-lock.ts";
import { type Child, type ChildSpec, startChild } from "./embedded/children.ts";
import { startPostgres } from "./embedded/postgres.ts";
import { type RedisSource, startRedis } from "./embedded/redis.ts";
import { readSecrets, type Secrets } from "./secrets.ts";

export const ROOT = path.resolve(import.meta.dirname, "../..");

export interface ServicesOptions {
  /** Holds the databases, the secrets and the logs. */
  dataDir: string;
  /** False only for tests. */
  durable: boolean;
  /** The name of the database inside the embedded PostgreSQL. */
  database?: string;
  /** Addresses that are given (DATABASE_URL, REDIS_URL) are used instead of starting a service. */
  given: NodeJS.Dict<string>;
}

export interface Services {
  /** What server/platform/env.ts reads, without PORT, PUBLIC_URL and SMTP_URL. */
  env: Record<string, string>;
  dataDir: string;
  logDir: string;
  /** Where PostgreSQL's files are; undefined with a given DATABASE_URL. */
  postgresDataDir: string | undefined;
  redisSource: RedisSource | "given";
  /** Starts a child that is stopped before the services, and before those that were started earlier. */
  start: (spec: ChildSpec) => Child;
  /** Resolves when a child ended that nobody stopped, with words for a person. */
  failed: Promise<string>;
  /** Stops everything, the last started first. May be called twice. */
  stop: () => Promise<void>;
}

/** Takes the data directory, starts PostgreSQL and Redis where none are given, and makes up what they need. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { dataDir, given } = options;
  fs.mkdirSync(dataDir, { recursive: true });
  const lock = await lockDataDir(dataDir);
  const running: Child[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= stopInTurn(running).finally(() => lock.release()));
  const { promise: failed, resolve: fail } = Promise.withResolvers<string>();
  const keep = (child: Child) => {
    running.push(child);
    lock.addChild(child.pid);
    void child.ended.then((how) => stopping ?? fail(`${child.name} ended: ${how}`));
    return child;
  };
  const logDir = path.join(dataDir, "logs");
  fs.mkdirSync(logDir, { recursive: true });
  try {
    const secrets = readSecrets(dataDir);
    const postgres = given.DATABASE_URL
      ? undefined
      : await startPostgres({
          dataDir: path.join(dataDir, "postgres"),
          password: secrets.postgresPassword,
          database: options.database ?? "astra",
          durable: options.durable,
          logFile: path.join(logDir, "postgres.log"),
        });
    if (postgres) keep(postgres.child);
    const redis = given.REDIS_URL
      ? undefined
      : await startRedis({
          dataDir: path.join(dataDir, "redis"),
          cacheDir: path.join(ROOT, ".cache"),
          durable: options.durable,
          logFile: path.join(logDir, "redis.log"),
        });
    if (redis) keep(redis.child);
    const databaseUrl = postgres?.url ?? given.DATABASE_URL ?? "";
    const redisUrl = redis?.url ?? given.REDIS_URL ?? "";
    return {
      env: { ...databaseEnv(databaseUrl, secrets, given), ...secretEnv(secrets, given), REDIS_URL: redisUrl },
      dataDir,
      logDir,
      postgresDataDir: postgres?.dataDir,
      redisSource: redis?.source ?? "given",
      start: (spec) => keep(startChild(spec)),
      failed,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The admin address of a database and those of the three logins in it. */
export function databaseEnv(adminUrl: string, secrets: Secrets, given: NodeJS.Dict<string> = {}) {
  const login = (user: string, password: string) => {
    const url = new URL(adminUrl);
    url.username = user;
    url.password = password;
    return url.href;
  };
  return {
    DATABASE_URL: adminUrl,
    DATABASE_OWNER_URL: given.DATABASE_OWNER_URL || login("astra_owner", secrets.ownerPassword),
    DATABASE_APP_URL: given.DATABASE_APP_URL || login("astra_app", secrets.appPassword),
    DATABASE_PLATFORM_URL: given.DATABASE_PLATFORM_URL || login("astra_platform", secrets.platformPassword),
  };
}

function secretEnv(secrets: Secrets, given: NodeJS.Dict<string>) {
  return {
    TENANT_KEY_SECRET: given.TENANT_KEY_SECRET || secrets.tenantKeySecret,
    AUTH_SECRET: given.AUTH_SECRET || secrets.authSecret,
    METRICS_TOKEN: given.METRICS_TOKEN || secrets.metricsToken,
  };
}

// In reverse: the worker hangs in its own shutdown when Redis is already gone.
async function stopInTurn(running: Child[]) {
  for (const child of running.toReversed()) await child.stop();
}
