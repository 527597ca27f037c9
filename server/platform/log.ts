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

/** The process's logger: JSON lines on standard output, secrets removed. `name` is the part that speaks. */
export function log(name: string): Log {
  root ??= pino({
    level: env().LOG_LEVEL,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redactPaths, censor: "[redacted]" },
  });
  return root.child({ name });
}
