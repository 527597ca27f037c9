import fs from "node:fs";
import path from "node:path";

import { prettyFactory } from "pino-pretty";

const WARN = 40;

export interface ProcessLog {
  file: string;
  /** Takes a chunk of output. */
  take: (chunk: string) => void;
  /** The newest lines, for an error message. */
  lastLines: () => string;
}

/** The file `<name>.log`, to be begun anew; the previous run's is kept as `<name>.previous.log`. */
export function freshLogFile(logDir: string, name: string): string {
  const file = path.join(logDir, `${name}.log`);
  if (fs.existsSync(file)) fs.renameSync(file, path.join(logDir, `${name}.previous.log`));
  return file;
}

/**
 * Writes a child's output to a fresh `<name>.log`.
 * The terminal gets all of it (`echo: "all"`) or only log lines from "warn" up, readable in both cases.
 */
export function openProcessLog(logDir: string, name: string, echo: "all" | "warnings"): ProcessLog {
  const file = freshLogFile(logDir, name);
  const stream = fs.createWriteStream(file);
  const pretty = prettyFactory({ colorize: process.stdout.isTTY, ignore: "pid,hostname", singleLine: true });
  let rest = "";
  const newest: string[] = [];
  const takeLine = (line: string) => {
    newest.push(line);
    if (newest.length > 20) newest.shift();
    if (echo === "all" || levelOf(line) >= WARN) process.stdout.write(`[${name}] ${asText(pretty(line))}`);
  };
  const take = (chunk: string) => {
    stream.write(chunk);
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) takeLine(line);
  };
  return { file, take, lastLines: () => [...newest, rest].join("\n").trim() };
}

function asText(formatted: string | undefined): string {
  const text = formatted ?? "";
  return text.endsWith("\n") ? text : `${text}\n`;
}

function levelOf(line: string): number {
  if (!line.startsWith("{")) return 0;
  try {
    const entry: unknown = JSON.parse(line);
    const level = typeof entry === "object" && entry !== null && "level" in entry ? entry.level : 0;
    return typeof level === "number" ? level : 0;
  } catch {
    return 0;
  }
}
