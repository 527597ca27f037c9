import { spawnSync } from "node:child_process";
import path from "node:path";
import { CACHE_DIR, ROOT } from "../../dev/checkout.ts";
import { startChild, type Child } from "../../dev/embedded/children.ts";
import { freePort } from "../../dev/embedded/ports.ts";
import { startPostgres, type Postgres, type PostgresOptions } from "../../dev/embedded/postgres.ts";
import { startRedis, type Redis, type RedisOptions } from "../../dev/embedded/redis.ts";
import { until } from "../../dev/embedded/until.ts";
import { makeScratchDir, removeDir } from "../../dev/scratch-dir.ts";
import { readSecrets } from "../../dev/secrets.ts";
import { startServices } from "../../dev/services.ts";

const startMs = 60_000;

/** A worker process with everything that it has logged. */
export type WorkerProcess = { child: Child; lines: string[]; kill(): Promise<void>; stop(): Promise<string> };

type WorkerOptions = {
  /** Which program; the product's own without it. */
  main?: string;
  env?: Record<string, string>;
  nodeArguments?: string[];
};

/** PostgreSQL and Redis of this test's own, which it may kill, and worker processes on them. */
export class Stage {
  readonly #dir = makeScratchDir("astra-faults");
  readonly #workers: WorkerProcess[] = [];
  #postgres: Postgres | undefined;
  #redis: Redis | undefined;
  #ports = { postgres: 0, redis: 0 };
  env: Record<string, string> = {};

  /** Starts both, migrates, and makes them what this process' environment names. */
  async open(): Promise<void> {
    this.#ports = { postgres: await freePort(), redis: await freePort() };
    // Both before a failure of one is thrown: what has started must be stopped.
    await Promise.all([this.startPostgres(), this.startRedis()]);
    const addresses = { DATABASE_URL: this.#postgres?.url ?? "", REDIS_URL: this.#redis?.url ?? "" };
    const services = await startServices({ dataDir: this.#dir, durable: true, given: addresses });
    this.env = {
      ...services.env,
      PUBLIC_URL: "http://127.0.0.1:3000",
      SMTP_URL: "smtp://127.0.0.1:9",
      LOG_LEVEL: "silent",
      // Two dozen processes of the same code: what was compiled once serves all.
      NODE_COMPILE_CACHE: path.join(this.#dir, "compiled"),
    };
    // Before anything of the product asks for it.
    Object.assign(process.env, this.env);
    for (const command of ["setup", "migrate"]) this.#astra(command);
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) await worker.kill();
    await this.#redis?.child.stop();
    await this.#postgres?.child.stop();
    removeDir(this.#dir);
  }

  /** On the same port and data as before. It writes to disk as in production: a crash must lose nothing. */
  async startPostgres(): Promise<void> {
    if (this.#postgres?.child.isRunning()) return;
    const options: PostgresOptions = {
      dataDir: path.join(this.#dir, "postgres"),
      password: readSecrets(this.#dir).postgresPassword,
      database: "astra",
      durable: true,
      logFile: path.join(this.#dir, "postgres.log"),
      port: this.#ports.postgres,
    };
    this.#postgres = await startPostgres(options);
  }

  /** "SIGINT" cuts every session and shuts down in order, "SIGQUIT" is as a crash. */
  async stopPostgres(signal: "SIGINT" | "SIGQUIT"): Promise<void> {
    await end(this.#postgres?.child, signal);
  }

  /** On the same port, with nothing in it. */
  async startRedis(): Promise<void> {
    if (this.#redis?.child.isRunning()) return;
    const options: RedisOptions = {
      dataDir: path.join(this.#dir, "redis"),
      cacheDir: CACHE_DIR,
      durable: false,
      logFile: path.join(this.#dir, "redis.log"),
      port: this.#ports.redis,
    };
    this.#redis = await startRedis(options);
  }

  async killRedis(): Promise<void> {
    await end(this.#redis?.child, "SIGKILL");
  }

  /** Starts a worker process and waits until it is ready. */
  async startWorker(options: WorkerOptions = {}): Promise<WorkerProcess> {
    const lines: string[] = [];
    let rest = "";
    const child = startChild({
      name: "A worker",
      command: process.execPath,
      args: [...(options.nodeArguments ?? []), options.main ?? path.join(ROOT, "workers/main.ts")],
      cwd: ROOT,
      env: {
        ...this.env,
        NODE_ENV: "production",
        NODE_OPTIONS: undefined,
        LOG_LEVEL: "info",
        WORKER_PORT: String(await freePort()),
        DATABASE_URL: undefined,
        ...options.env,
      },
      output: (chunk) => {
        const parts = (rest + chunk).split("\n");
        rest = parts.pop() ?? "";
        lines.push(...parts);
      },
    });
    const worker = {
      child,
      lines,
      kill: () => end(child, "SIGKILL"),
      async stop() {
        await child.stop();
        return child.ended;
      },
    };
    this.#workers.push(worker);
    const ready = () => {
      if (!child.isRunning()) throw new Error(`a worker ended at once:\n${lines.join("\n")}\n${rest}`);
      return lines.some((line) => line.includes('"worker ready"'));
    };
    await until(ready, { what: "a worker", timeoutMs: startMs });
    return worker;
  }

  /** Ends whatever a test has left behind, and brings back what it took away. */
  async tidy(): Promise<void> {
    for (const worker of this.#workers.splice(0)) await worker.kill();
    await this.startPostgres();
    await this.startRedis();
  }

  #astra(command: string): void {
    const cli = path.join(ROOT, "server/cli/main.ts");
    const result = spawnSync(process.execPath, [cli, command], {
      cwd: ROOT,
      env: { ...process.env, ...this.env },
      encoding: "utf8",
    });
    if (result.status !== 0) throw new Error(`astra ${command}: ${result.stdout}${result.stderr}`);
  }
}

async function end(child: Child | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child?.isRunning()) return;
  process.kill(child.pid, signal);
  await child.ended;
}
