import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import pg from "pg";

import { type Child, startChild } from "./children.ts";
import { freePort } from "./ports.ts";
import { canEnter, postgresUser, preparePostgresBinaries, type User } from "./postgres-binaries.ts";
import { until } from "./until.ts";

export interface PostgresOptions {
  dataDir: string;
  /** The password of the superuser `postgres`, set when the cluster is made. */
  password: string;
  /** Is made when it is missing. */
  database: string;
  /** False only for tests: no fsync, a power cut may lose everything. */
  durable: boolean;
  /** Where the server's own log goes. */
  logFile: string;
  /** A free one without it; the one of before, for a server that is started again. */
  port?: number;
}

export interface Postgres {
  child: Child;
  /** As the superuser, to `database`. */
  url: string;
  /** Where the cluster really lies: elsewhere when root's server user cannot enter `dataDir`. */
  dataDir: string;
}

const READY_TIMEOUT_MS = 30_000;
// The same in each cluster, whatever the machine's locale and time zone are.
const SERVER_ENV = { LC_ALL: "C.UTF-8", TZ: "UTC" };

/** Starts PostgreSQL 18 from npm on a free loopback port: password logins only, no socket file. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  fs.mkdirSync(options.dataDir, { recursive: true });
  const user = postgresUser(options.dataDir);
  const native = preparePostgresBinaries(user);
  const dataDir = ownedDataDir(options.dataDir, user);
  if (!fs.existsSync(path.join(dataDir, "PG_VERSION"))) await initialize(native, dataDir, user, options);
  const port = options.port ?? (await freePort());
  const log = fs.openSync(options.logFile, "a");
  const child = startChild({
    name: "PostgreSQL",
    command: path.join(native, "bin/postgres"),
    args: serverArguments(dataDir, port, options.durable),
    env: SERVER_ENV,
    cwd: "/",
    user,
    // SIGINT is PostgreSQL's "fast" shutdown: sessions are cut, the cluster is left clean.
    stopSignal: "SIGINT",
    // Its last checkpoint syncs each table's file: thousands of them, with many tenants.
    stopTimeoutMs: 60_000,
    output: log,
  });
  fs.closeSync(log);
  const address = (database: string) =>
    `postgresql://postgres:${encodeURIComponent(options.password)}@127.0.0.1:${port}/${database}`;
  try {
    await whenReady(child, address("postgres"), options);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { child, url: address(options.database), dataDir };
}

function serverArguments(dataDir: string, port: number, durable: boolean): string[] {
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "shared_preload_libraries=pg_stat_statements",
    // Statement parameters carry tenant keys: they never belong in a log.
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
    ...(durable ? [] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]),
  ];
  return ["-D", dataDir, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
}

async function initialize(native: string, dataDir: string, user: User | undefined, options: PostgresOptions) {
  const passwordFile = path.join(os.tmpdir(), `astra-initdb-${randomUUID()}`);
  fs.writeFileSync(passwordFile, options.password, { mode: 0o600, flag: "wx" });
  if (user) fs.chownSync(passwordFile, user.uid, user.gid);
  const args = ["-D", dataDir, "-U", "postgres", "-A", "scram-sha-256", `--pwfile=${passwordFile}`];
  args.push("-E", "UTF8", "--locale=C.UTF-8", ...(options.durable ? [] : ["--no-sync"]));
  let output = "";
  try {
    const child = startChild({
      name: "initdb",
      command: path.join(native, "bin/initdb"),
      args,
      env: SERVER_ENV,
      cwd: "/",
      user,
      output: (chunk) => (output += chunk),
    });
    const how = await child.ended;
    if (how !== "exit code 0") throw new Error(`PostgreSQL's files were not made (${how})\n${output}`);
  } finally {
    fs.rmSync(passwordFile, { force: true });
  }
}

// Root's server user must be able to reach its data; a private home is closed to it.
function ownedDataDir(wanted: string, user: User | undefined): string {
  if (!user) {
    fs.chmodSync(wanted, 0o700);
    return wanted;
  }
  const reachable = canEnter(path.dirname(wanted), user);
  const dataDir = reachable ? wanted : path.join(reachableBase(), shortHash(wanted));
  fs.mkdirSync(dataDir, { recursive: true });
  fs.chownSync(dataDir, user.uid, user.gid);
  fs.chmodSync(dataDir, 0o700);
  return dataDir;
}

// Not under /tmp, which some systems empty at each boot.
function reachableBase(): string {
  const base = "/var/lib/astra";
  fs.mkdirSync(base, { recursive: true, mode: 0o755 });
  return base;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

async function whenReady(child: Child, url: string, options: PostgresOptions) {
  let failure = "no answer";
  const connects = async () => {
    if (!child.isRunning()) {
      throw new Error(`PostgreSQL ended at once (${await child.ended}); ${lastLines(options.logFile)}`);
    }
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    try {
      await client.connect();
      const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [options.database]);
      if (found.rowCount === 0) {
        await client.query(`CREATE DATABASE ${client.escapeIdentifier(options.database)}`);
      }
      return true;
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
      // A wrong password does not mend itself by waiting.
      if (error instanceof pg.DatabaseError && error.code === "28P01") throw error;
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  try {
    await until(connects, { what: "PostgreSQL", timeoutMs: READY_TIMEOUT_MS });
  } catch (error) {
    if (!child.isRunning()) throw error;
    throw new Error(`PostgreSQL runs but does not let us in: ${failure}`, { cause: error });
  }
}

function lastLines(file: string): string {
  return fs.readFileSync(file, "utf8").trimEnd().split("\n").slice(-5).join("\n");
}
