import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

import type { TestProject } from "vitest/node";

import { ROOT } from "#server/dev/checkout.ts";
import { makeScratchDir, removeDir } from "#server/dev/scratch-dir.ts";
import { type Services, startServices } from "#server/dev/services.ts";

import { sealTemplate, TEMPLATE_DATABASE } from "./database.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /**
     * What a test file's process finds in its environment, with the addresses of the template database: one for each
     * of Vitest's workers, in the order of their VITEST_POOL_ID.
     */
    testEnvironments: Record<string, string>[];
  }
}

const WITHOUT_SERVICES = path.join(ROOT, "server/test/tidy.test.ts");

/**
 * Starts a PostgreSQL with its template database, and a Redis, for each worker that one run of Vitest can have: in a
 * PostgreSQL that several used, a transaction that one file leaves open would hold up the seals and numbers of all.
 */
export default async function startTestServices(project: TestProject) {
  const files = project.vitest.state.getPaths().filter((file) => file !== WITHOUT_SERVICES);
  const count = Math.min(files.length, project.config.maxWorkers);
  if (count === 0) return;
  const dataDir = makeScratchDir("astra-vitest");
  // Also when Vitest ends by process.exit, which skips the teardown.
  process.once("exit", () => removeDir(dataDir));
  const started: Services[] = [];
  const stop = async () => {
    await Promise.all(started.map((services) => services.stop()));
    removeDir(dataDir);
  };
  const dirs = Array.from({ length: count }, (_, index) => path.join(dataDir, String(index + 1)));
  const prepared = await Promise.allSettled(dirs.map((dir) => prepareServices(dir, started)));
  const failed = prepared.find((one) => one.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  project.provide(
    "testEnvironments",
    prepared.filter((one) => one.status === "fulfilled").map((one) => one.value),
  );
  return stop;
}

async function prepareServices(dataDir: string, started: Services[]): Promise<Record<string, string>> {
  const services = await startServices({ dataDir, durable: false, database: TEMPLATE_DATABASE, given: {} });
  started.push(services);
  const env = {
    ...services.env,
    PUBLIC_URL: "http://127.0.0.1:3000",
    SMTP_URL: "smtp://127.0.0.1:9",
    LOG_LEVEL: "silent",
  };
  for (const command of ["setup", "migrate"]) await runCli(command, env);
  await sealTemplate(services.env.DATABASE_URL ?? "");
  return env;
}

async function runCli(command: string, env: Record<string, string>) {
  const cli = path.join(ROOT, "server/cli/main.ts");
  try {
    await promisify(execFile)(process.execPath, [cli, command], {
      cwd: ROOT,
      env: { ...process.env, ...env },
    });
  } catch (error) {
    throw new Error(`The template database: "${command}" failed`, { cause: error });
  }
}
