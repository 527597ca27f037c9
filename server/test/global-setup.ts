import { spawnSync } from "node:child_process";
import path from "node:path";

import type { TestProject } from "vitest/node";

import { ROOT } from "#server/dev/checkout.ts";
import { makeScratchDir, removeDir } from "#server/dev/scratch-dir.ts";
import { startServices } from "#server/dev/services.ts";

import { sealTemplate, TEMPLATE_DATABASE } from "./database.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** What a test file's process finds in its environment, with the addresses of the template database. */
    testEnvironment: Record<string, string>;
  }
}

/** Starts PostgreSQL and Redis for one run of Vitest and prepares the template database. */
export default async function startTestServices(project: TestProject) {
  const dataDir = makeScratchDir("astra-vitest");
  // Also when Vitest ends by process.exit, which skips the teardown.
  process.once("exit", () => removeDir(dataDir));
  const services = await startServices({ dataDir, durable: false, database: TEMPLATE_DATABASE, given: {} });
  const env = {
    ...services.env,
    PUBLIC_URL: "http://127.0.0.1:3000",
    SMTP_URL: "smtp://127.0.0.1:9",
    LOG_LEVEL: "silent",
  };
  try {
    for (const command of ["setup", "migrate"]) runCli(command, env);
    await sealTemplate(services.env.DATABASE_URL ?? "");
  } catch (error) {
    await services.stop();
    throw error;
  }
  project.provide("testEnvironment", env);
  return async () => {
    await services.stop();
    removeDir(dataDir);
  };
}

function runCli(command: string, env: Record<string, string>) {
  const cli = path.join(ROOT, "server/cli/main.ts");
  const result = spawnSync(process.execPath, [cli, command], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  if (result.status !== 0) {
    throw new Error(`The template database: "${command}" failed\n${result.stdout}${result.stderr}`);
  }
}
