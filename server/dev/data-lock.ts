import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { until } from "./embedded/until.ts";

interface Holder {
  /** Process id and what tells it from a later process with the same id. */
  process: string;
  children: string[];
}

export interface DataLock {
  /** Notes a child, so that the next launcher can wait for it should this one be killed. */
  addChild(pid: number): void;
  release(): void;
}

/** Another launcher lives on the data directory. */
export class DataDirInUse extends Error {}

const ORPHANS_TIMEOUT_MS = 60_000;

/**
 * Makes this process the only launcher on the data directory; throws DataDirInUse when another one
 * lives. The lock of a dead launcher is taken over once its last children have ended.
 */
export async function lockDataDir(dataDir: string): Promise<DataLock> {
  const file = path.join(dataDir, "launcher.json");
  const holder: Holder = { process: identify(process.pid) ?? String(process.pid), children: [] };
  // A hard link is made or refused in one step, with its content already complete.
  const draft = `${file}.${randomUUID()}`;
  fs.writeFileSync(draft, JSON.stringify(holder));
  try {
    while (!link(draft, file)) await takeOver(file, dataDir);
  } finally {
    fs.rmSync(draft, { force: true });
  }
  let released = false;
  return {
    addChild(pid) {
      const child = identify(pid);
      if (!child) return;
      holder.children.push(child);
      fs.writeFileSync(file, JSON.stringify(holder));
    },
    release() {
      // Not a second time: by then it may be someone else's.
      if (!released) fs.rmSync(file, { force: true });
      released = true;
    },
  };
}

async function takeOver(file: string, dataDir: string) {
  const previous = readHolder(file);
  if (!previous) return;
  if (lives(previous.process)) {
    const pid = previous.process.split(":")[0];
    throw new DataDirInUse(
      `Astra already runs on ${dataDir} (process ${pid}). Stop it, or set ASTRA_DATA_DIR.`,
    );
  }
  if (previous.children.some(lives))
    process.stdout.write("Waiting for the services of a killed launcher to end …\n");
  // After a kill -9 the services need a moment to shut down; a second server on the same files would harm them.
  await until(() => !previous.children.some(lives), {
    what: `Services of a killed launcher are still running on ${dataDir}`,
    timeoutMs: ORPHANS_TIMEOUT_MS,
    everyMs: 100,
  });
  // Unless another launcher was quicker and has taken it over already.
  if (readHolder(file)?.process === previous.process) fs.rmSync(file, { force: true });
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as Holder;
  } catch (error) {
    if (error instanceof SyntaxError) return { process: "0", children: [] };
    return undefined;
  }
}

function link(draft: string, file: string): boolean {
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function lives(identity: string): boolean {
  const pid = Number(identity.split(":")[0]);
  return pid > 0 && identify(pid) === identity;
}

/** `pid:start time`, so that a reused id is not taken for the old process; undefined when it does not live. */
function identify(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return undefined;
  }
  const stat = `/proc/${pid}/stat`;
  if (!fs.existsSync(stat)) return String(pid);
  // The program's name stands in brackets and may hold spaces; the start time is the 20th field after it.
  const fields = fs.readFileSync(stat, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  // A zombie has ended; only its parent has not asked yet.
  return fields[0] === "Z" ? undefined : `${pid}:${fields[19]}`;
}
