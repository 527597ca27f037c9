import { AsyncLocalStorage } from "node:async_hooks";
import pino, { type DestinationStream, type Logger } from "pino";
import { env } from "./env.ts";
import { openLogFile } from "./log-file.ts";

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
// A child costs as much as a line; the parts that speak are few.
const parts = new Map<string, Log>();
const shared = new AsyncLocalStorage<Record<string, unknown>>();

/** Runs `work` so that every line logged meanwhile, by whatever part, carries these fields as well. */
export function withLogFields<Result>(fields: Record<string, unknown>, work: () => Result): Result {
  return shared.run({ ...shared.getStore(), ...fields }, work);
}

/**
 * The process's logger: JSON lines on standard output, and in a file when LOG_FILE names one, secrets removed.
 * `name` is the part that speaks.
 */
export function log(name: string): Log {
  const known = parts.get(name);
  if (known) return known;
  root ??= pino(
    {
      level: env().LOG_LEVEL,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => ({ ...shared.getStore() }),
      redact: { paths: redactPaths, censor: "[redacted]" },
    },
    sinks(),
  );
  const part = root.child({ name });
  parts.set(name, part);
  return part;
}

function sinks(): DestinationStream {
  const { LOG_FILE: file, LOG_FILE_MEGABYTES: megabytesMax, LOG_FILES_KEPT: keptMax } = env();
  const output = pino.destination({ fd: 1, sync: true });
  if (!file) return output;
  // The logger's own level decides; each sink takes all that comes.
  const level = "trace";
  return pino.multistream([
    { level, stream: output },
    { level, stream: openLogFile({ file, megabytesMax, keptMax }) },
  ]);
}
