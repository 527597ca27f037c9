import { AsyncLocalStorage } from "node:async_hooks";
import pino, { type Logger } from "pino";
import { env } from "./env.ts";

export type Log = Logger;

const secretKeys = [
  "password",
  "passwordHash",
  "token",
  "secret",
  "authorization",
  "cookie",
  "key",
  "apiKey",
  "tenantKey",
];
const redactPaths = secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

let root: Log | undefined;
const shared = new AsyncLocalStorage<Record<string, unknown>>();

/** Runs `work` so that every line logged meanwhile, by whatever part, carries these fields as well. */
export function withLogFields<Result>(fields: Record<string, unknown>, work: () => Result): Result {
  return shared.run({ ...shared.getStore(), ...fields }, work);
}

/** The process's logger: JSON lines on standard output, secrets removed. `name` is the part that speaks. */
export function log(name: string): Log {
  root ??= pino({
    level: env().LOG_LEVEL,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => ({ ...shared.getStore() }),
    redact: { paths: redactPaths, censor: "[redacted]" },
  });
  return root.child({ name });
}
