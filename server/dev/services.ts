import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { CACHE_DIR } from "./checkout.ts";
import { type DataLock, lockDataDir } from "./data-lock.ts";
import { type Child, type ChildSpec, startChild } from "./embedded/children.ts";
import { type Postgres, startPostgres } from "./embedded/postgres.ts";
import { type Redis, startRedis } from "./embedded/redis.ts";
import { freshLogFile } from "./process-log.ts";
import { readSecrets, type Secrets } from "./secrets.ts";

export interface ServicesOptions {
  /** Holds the databases, the secrets and the logs. */
  dataDir: string;
  /** False only for tests: a power cut may lose everything. */
  durable: boolean;
  /** The name of the database inside the embedded PostgreSQL. */
  database?: string;
  /** Addresses that are given here (DATABASE_URL, REDIS_URL) are used instead of starting a service. */
  given: NodeJS.Dict<string>;
}

export interface Services {
  /** What server/platform/env.ts reads, without PORT, PUBLIC_URL and SMTP_URL. */
  env: Record<string, string>;
  dataDir: string;
  logDir: string;
  /** Where PostgreSQL's files are; undefined with a given DATABASE_URL. */
  postgresDataDir: string | undefined;
  /** Starts a child that is stopped before the services, and before those that were started earlier. */
  start: (spec: ChildSpec) => Child;
  /** Resolves when a child ended that nobody stopped, with words for a person. */
  failed: Promise<string>;
  /** Stops everything, the last started first, and gives the data directory free. May be called twice. */
  stop: () => Promise<void>;
}

/** Takes the data directory, starts PostgreSQL and Redis where none are given, and makes up what they need. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { dataDir, given } = options;
  const logDir = path.join(dataDir, "logs");
  fs.mkdirSync(logDir, { recursive: true });
  const lock = await lockDataDir(dataDir);
  process.once("exit", () => lock.release());
  const family = new Family(lock);
  try {
    const secrets = readSecrets(dataDir);
    const postgres = given.DATABASE_URL ? undefined : await ownPostgres(options, secrets, logDir);
    if (postgres) family.keep(postgres.child);
    const redis = given.REDIS_URL ? undefined : await ownRedis(options, logDir);
    if (redis) family.keep(redis.child);
    return {
      env: {
        ...databaseEnv(postgres?.url ?? given.DATABASE_URL ?? "", secrets, given),
        REDIS_URL: redis?.url ?? given.REDIS_URL ?? "",
        TENANT_KEY_SECRET: given.TENANT_KEY_SECRET || secrets.tenantKeySecret,
        AUTH_SECRET: given.AUTH_SECRET || secrets.authSecret,
        METRICS_TOKEN: given.METRICS_TOKEN || secrets.metricsToken,
        OUTBOUND_ALLOW_LOOPBACK: given.OUTBOUND_ALLOW_LOOPBACK || "true",
        STORAGE_URL: given.STORAGE_URL || pathToFileURL(path.join(dataDir, "storage")).href,
      },
      dataDir,
      logDir,
      postgresDataDir: postgres?.dataDir,
      start: (spec) => family.keep(startChild(spec)),
      failed: family.failed,
      stop: () => family.stop(),
    };
  } catch (error) {
    await family.stop();
    throw error;
  }
}

function ownPostgres(options: ServicesOptions, secrets: Secrets, logDir: string): Promise<Postgres> {
  return startPostgres({
    dataDir: path.join(options.dataDir, "postgres"),
    password: secrets.postgresPassword,
    database: options.database ?? "astra",
    durable: options.durable,
    logFile: freshLogFile(logDir, "postgres"),
  });
}

function ownRedis(options: ServicesOptions, logDir: string): Promise<Redis> {
  return startRedis({
    dataDir: path.join(options.dataDir, "redis"),
    cacheDir: CACHE_DIR,
    durable: options.durable,
    logFile: freshLogFile(logDir, "redis"),
  });
}

// The three logins stand on the same server and database as the administrator.
function databaseEnv(adminUrl: string, secrets: Secrets, given: NodeJS.Dict<string>) {
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

/** The children of one data directory, which live and end together. */
class Family {
  readonly failed: Promise<string>;
  readonly #children: Child[] = [];
  readonly #lock: DataLock;
  readonly #fail: (reason: string) => void;
  #stopping: Promise<void> | undefined;

  constructor(lock: DataLock) {
    this.#lock = lock;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.failed = promise;
    this.#fail = resolve;
  }

  keep(child: Child): Child {
    this.#children.push(child);
    this.#lock.addChild(child.pid);
    void child.ended.then((how) => {
      if (!this.#stopping && !child.isStopping()) this.#fail(`${child.name} ended unexpectedly: ${how}`);
    });
    return child;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopInTurn();
    return this.#stopping;
  }

  // In reverse: the worker's own shutdown hangs when Redis is already gone.
  async #stopInTurn() {
    for (const child of this.#children.toReversed()) await child.stop();
    this.#lock.release();
  }
}
