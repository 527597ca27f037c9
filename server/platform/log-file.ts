import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pino from "pino";

export type LogFileOptions = {
  /** As /var/log/astra/astra.jsonl; each process writes a file of its own beside it. */
  file: string;
  /** Of one file, in megabytes; a full one is put aside. */
  megabytesMax: number;
  /** Files that were put aside and are kept, of all processes together. */
  keptMax: number;
};

/** What pino writes lines to. */
export type LogFile = { write(line: string): void };

type Destination = ReturnType<typeof pino.destination>;

const reopenMs = 30_000;
const dayMs = 86_400_000;
const bytesPerMegabyte = 1_000_000;

/**
 * Lines of JSON in a file that is put aside when it is full and every day, for whatever ships logs. Processes
 * never share a file, so their lines cannot mix: names carry host and process. Each line is handed to the system
 * at once, so that a process which dies loses none. What cannot be written stands on standard error once, and
 * the file is tried again; logging never stops the process.
 */
export function openLogFile(options: LogFileOptions): LogFile {
  const place = path.parse(options.file);
  const own = `${place.name}.${os.hostname()}.${process.pid}`;
  const active = path.join(place.dir, own + place.ext);
  let stream: Destination | undefined;
  let bytes = 0;
  let day = 0;
  let closedUntil = 0;
  const giveUp = (error: unknown) => {
    const broken = stream;
    stream = undefined;
    closedUntil = Date.now() + reopenMs;
    const err = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${JSON.stringify({ level: 50, msg: "the log file cannot be written", err })}\n`);
    try {
      // Forgotten without this, its descriptor would stay open.
      broken?.destroy();
    } catch {}
  };
  const open = () => {
    const opened = pino.destination({ dest: active, sync: true, mkdir: true });
    opened.on("error", giveUp);
    const found = fs.statSync(active);
    bytes = found.size;
    day = dayOf(found.size > 0 ? found.birthtimeMs : Date.now());
    return opened;
  };
  const putAside = (full: Destination) => {
    const stamp = new Date().toISOString().replace(/[:.]/g, "-");
    fs.renameSync(
      active,
      path.join(place.dir, `${own}.${stamp}-${String(++filled).padStart(6, "0")}${place.ext}`),
    );
    full.reopen();
    bytes = 0;
    day = dayOf(Date.now());
    dropOld(options, own);
  };
  return {
    write(line) {
      if (Date.now() < closedUntil) return;
      try {
        stream ??= open();
        if (bytes > 0 && (bytes >= options.megabytesMax * bytesPerMegabyte || dayOf(Date.now()) !== day)) {
          putAside(stream);
        }
        stream.write(line);
        bytes += Buffer.byteLength(line);
      } catch (error) {
        giveUp(error);
      }
    },
  };
}

/** How many files this process has put aside; keeps names of one moment apart. */
let filled = 0;

function dayOf(ms: number): number {
  return Math.floor(ms / dayMs);
}

/** Removes the oldest files that are complete: put aside, or left by a process that is no more. */
function dropOld({ file, keptMax }: LogFileOptions, own: string): void {
  const place = path.parse(file);
  const complete = fs
    .readdirSync(place.dir)
    .filter(
      (name) => name.startsWith(`${place.name}.`) && name.endsWith(place.ext) && name !== own + place.ext,
    )
    .flatMap((name) => {
      const found = fs.statSync(path.join(place.dir, name), { throwIfNoEntry: false });
      return found && !isInUse(name.slice(place.name.length + 1, -place.ext.length), found.mtimeMs)
        ? [{ name, at: found.mtimeMs }]
        : [];
    })
    .toSorted((a, b) => b.at - a.at);
  // Another process may be about it as well.
  for (const { name } of complete.slice(keptMax)) fs.rmSync(path.join(place.dir, name), { force: true });
}

/** Whether a process may still write to a file of this name (host and process, no time). */
function isInUse(name: string, modifiedMs: number): boolean {
  const parts = /^(?<host>.+?)\.(?<pid>\d+)$/.exec(name)?.groups;
  if (!parts) return false;
  // Of another host's processes nothing is known but whether they have written lately.
  if (parts["host"] !== os.hostname()) return modifiedMs > Date.now() - dayMs;
  try {
    return process.kill(Number(parts["pid"]), 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
