import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { ROOT } from "./checkout.ts";
import { freePort } from "./embedded/ports.ts";
import { until } from "./embedded/until.ts";
import { openProcessLog, type ProcessLog } from "./process-log.ts";
import type { Services } from "./services.ts";
import { runNode, type ToolResult } from "./tool.ts";

const CLI = path.join(ROOT, "server/cli/main.ts");
const NEXT = path.join(ROOT, "node_modules/next/dist/bin/next");
const WORKER = path.join(ROOT, "workers/main.ts");
const MAIL_CATCHER = path.join(ROOT, "server/dev/mail-catcher.ts");
const STRIPE_STAND_IN = path.join(ROOT, "server/dev/stripe/main.ts");
const READY_TIMEOUT_MS = 90_000;

const Logins = z.object({
  logins: z.array(z.object({ email: z.string(), password: z.string(), about: z.string() })),
});
export type Login = z.infer<typeof Logins>["logins"][number];

export interface ApplicationOptions {
  services: Services;
  /** The web process's port on the loopback address. */
  port: number;
  /** "start" serves what was built into `distDir`; "dev" compiles on demand and restarts the worker on changes. */
  mode: "start" | "dev";
  distDir: string;
  /** Whether the demo's organizations buy what they are on. */
  payments?: boolean;
  /** Which variables people have set themselves (SMTP_URL, PUBLIC_URL …). */
  given: NodeJS.Dict<string>;
}

export interface Application {
  url: string;
  /** What the worker and the command line run with. */
  env: NodeJS.Dict<string>;
  /** The page that shows the caught mails; undefined with a given SMTP_URL. */
  mailUrl: string | undefined;
}

/** Makes the logins and brings all schemas to this version. */
export async function prepareDatabase(services: Services): Promise<void> {
  await runCli(services.env, "setup");
  await runCli(services.env, "migrate");
}

/** Seeds the demo once per data directory and answers the demo's logins. */
export async function seedDemo(services: Services): Promise<Login[]> {
  const stamp = path.join(services.dataDir, "seeded.json");
  if (fs.existsSync(stamp)) return Logins.parse(JSON.parse(fs.readFileSync(stamp, "utf8"))).logins;
  // Asked for by whoever starts the launcher, whatever NODE_ENV their shell has.
  await runCli(services.env, "seed", "--demo");
  const printed = await runCli(services.env, "seed", "--print");
  const json =
    printed.output
      .trim()
      .split("\n")
      .findLast((line) => line.startsWith("{")) ?? "{}";
  const { logins } = Logins.parse(JSON.parse(json));
  fs.writeFileSync(stamp, JSON.stringify({ logins }), { mode: 0o600 });
  return logins;
}

/** Starts mail catcher, stand-in for Stripe, worker and web, and waits until they are ready; throws with the log when one is not. */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const { services, port, given } = options;
  const url = given.PUBLIC_URL || `http://127.0.0.1:${port}`;
  const mail = given.SMTP_URL ? undefined : await startMailCatcher(services);
  const stripe = given.STRIPE_SECRET_KEY ? givenStripe(given) : await startStripeStandIn(services, port);
  const env = {
    ...services.env,
    ...stripe,
    NODE_ENV: options.mode === "dev" ? "development" : "production",
    PORT: String(port),
    PUBLIC_URL: url,
    WORKER_PORT: given.WORKER_PORT || String(await freePort()),
    SMTP_URL: given.SMTP_URL || mail?.smtpUrl,
  };
  // All at once: each takes about a second. An account that somebody has given is theirs to fill.
  await Promise.all([
    startWorker(options, env),
    startWeb(options, env),
    given.STRIPE_SECRET_KEY ? undefined : fillStandIn(options, env),
  ]);
  return { url, mailUrl: mail?.pageUrl, env };
}

/** Makes what is sold, and has the demo buy some of it, once per data directory. */
async function fillStandIn(
  { services, payments }: ApplicationOptions,
  env: NodeJS.Dict<string>,
): Promise<void> {
  await runCli(env, "billing", "sync-catalog");
  const stamp = path.join(services.dataDir, "payments-seeded");
  if (!payments || fs.existsSync(stamp)) return;
  await runCli(env, "seed", "--demo", "--payments");
  fs.writeFileSync(stamp, "");
}

async function runCli(env: NodeJS.Dict<string>, ...args: string[]): Promise<ToolResult> {
  const result = await runNode(CLI, args, { env: { ...defaultAddresses(), ...env } });
  if (!result.ok) throw new Error(`"astra ${args.join(" ")}" failed:\n${result.output}`);
  return result;
}

/** Addresses that every process must have although a command that ends at once does not use them. */
export function defaultAddresses() {
  return {
    PUBLIC_URL: process.env.PUBLIC_URL || "http://127.0.0.1:3000",
    SMTP_URL: process.env.SMTP_URL || "smtp://127.0.0.1:25",
  };
}

async function startMailCatcher(services: Services) {
  const log = openProcessLog(services.logDir, "mail", "warnings");
  const [smtpPort, pagePort] = [await freePort(), await freePort()];
  await startAndAwait(services, log, {
    name: "The mail catcher",
    args: [MAIL_CATCHER],
    env: { MAIL_CATCHER_SMTP_PORT: String(smtpPort), MAIL_CATCHER_HTTP_PORT: String(pagePort) },
    ready: () => log.lastLines().includes("mail catcher ready"),
  });
  return { smtpUrl: `smtp://127.0.0.1:${smtpPort}`, pageUrl: `http://127.0.0.1:${pagePort}` };
}

function givenStripe({ STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRETS, STRIPE_API_URL }: NodeJS.Dict<string>) {
  return { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRETS, STRIPE_API_URL };
}

/** What is bought goes on from one run to the next; the address and the secret are new each time. */
async function startStripeStandIn(services: Services, webPort: number) {
  const log = openProcessLog(services.logDir, "stripe", "warnings");
  const apiUrl = `http://127.0.0.1:${await freePort()}`;
  await startAndAwait(services, log, {
    name: "The stand-in for Stripe",
    args: [STRIPE_STAND_IN],
    env: {
      STRIPE_STAND_IN_PORT: new URL(apiUrl).port,
      STRIPE_STAND_IN_FILE: path.join(services.dataDir, "stripe.json"),
    },
    ready: () => log.lastLines().includes("stripe stand-in ready"),
  });
  const secret = `whsec_${randomBytes(24).toString("hex")}`;
  const made = await fetch(`${apiUrl}/_control/endpoint`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ url: `http://127.0.0.1:${webPort}/api/billing/webhooks`, secret, alone: true }),
  });
  if (!made.ok) throw new Error(`The stand-in for Stripe takes no endpoint: ${await made.text()}`);
  return { STRIPE_SECRET_KEY: "sk_test_standin", STRIPE_API_URL: apiUrl, STRIPE_WEBHOOK_SECRETS: secret };
}

async function startWorker({ services, mode }: ApplicationOptions, env: NodeJS.Dict<string>) {
  const log = openProcessLog(services.logDir, "worker", mode === "dev" ? "all" : "warnings");
  await startAndAwait(services, log, {
    name: "The worker",
    args: mode === "dev" ? ["--watch", "--watch-preserve-output", WORKER] : [WORKER],
    // The worker migrates and provisions as the owner; the server's administrator is nothing to it.
    env: { ...env, DATABASE_URL: undefined },
    watched: mode === "dev",
    // It lets running jobs end.
    stopTimeoutMs: 25_000,
    ready: () => isHealthy(`http://127.0.0.1:${env.WORKER_PORT}/health/ready`),
  });
}

async function startWeb({ services, mode, port, distDir }: ApplicationOptions, env: NodeJS.Dict<string>) {
  const log = openProcessLog(services.logDir, "web", mode === "dev" ? "all" : "warnings");
  const address = `http://127.0.0.1:${port}`;
  await startAndAwait(services, log, {
    name: "The web process",
    args: [NEXT, mode === "dev" ? "dev" : "start", "-H", "127.0.0.1", "-p", String(port)],
    // Empty, not missing: Next would fill in missing ones from a .env file.
    env: {
      ...env,
      DATABASE_URL: "",
      DATABASE_OWNER_URL: "",
      NEXT_DIST_DIR: distDir,
      NEXT_TELEMETRY_DISABLED: "1",
    },
    watched: mode === "dev",
    ready: () => isHealthy(`${address}/api/health/ready`),
  });
}

interface Process {
  name: string;
  args: string[];
  env: NodeJS.Dict<string>;
  ready: () => boolean | Promise<boolean>;
  /** Has a child of its own, which must be given the time to stop it when we are killed. */
  watched?: boolean;
  stopTimeoutMs?: number;
}

async function startAndAwait(services: Services, log: ProcessLog, process_: Process) {
  const child = services.start({
    name: process_.name,
    command: process.execPath,
    args: process_.args,
    cwd: ROOT,
    env: process_.env,
    output: log.take,
    // When we are killed Redis goes at the same moment, and an orderly end would wait for it in vain.
    deathSignal: process_.watched ? "SIGTERM" : "SIGKILL",
    ...(process_.stopTimeoutMs ? { stopTimeoutMs: process_.stopTimeoutMs } : {}),
  });
  const explain = (what: string) => new Error(`${what}; see ${log.file}:\n${log.lastLines()}`);
  await until(
    async () => {
      if (!child.isRunning()) throw explain(`${process_.name} ended at once (${await child.ended})`);
      return process_.ready();
    },
    { what: process_.name, timeoutMs: READY_TIMEOUT_MS, everyMs: 50 },
  ).catch(async (error: unknown) => {
    // Its last words may still be on their way.
    await sleep(100);
    throw child.isRunning() ? explain(`${process_.name} is not ready in time`) : error;
  });
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return answer.ok;
  } catch {
    return false;
  }
}
