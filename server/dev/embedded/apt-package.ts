import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { findExecutable } from "./executables.ts";

const TIMEOUT_MS = 120_000;

export interface AptProgram {
  /** For messages, and the folder's name in the cache. */
  name: string;
  /** The package and those of its dependencies that a bare system may lack. */
  packages: readonly string[];
  /** Where the program lies in them; it must answer `--version`. */
  program: string;
}

export interface UnpackedProgram {
  /** The folder that the packages were unpacked into. */
  root: string;
  command: string;
  env: NodeJS.Dict<string>;
}

/**
 * A program from the Debian or Ubuntu archive, downloaded with a private apt state and unpacked below
 * `cacheDir`: needs no root and installs nothing. Undefined where there is no apt or no archive.
 */
export function unpackAptProgram(wanted: AptProgram, cacheDir: string): UnpackedProgram | undefined {
  const root = path.join(cacheDir, wanted.name.toLowerCase());
  const command = path.join(root, wanted.program);
  if (!fs.existsSync(command) && !download(wanted, cacheDir, root)) return undefined;
  return { root, command, env: libraryPath(root) };
}

function download(wanted: AptProgram, cacheDir: string, root: string): boolean {
  if (!findExecutable("apt-get") || !findExecutable("dpkg-deb")) return false;
  fs.mkdirSync(cacheDir, { recursive: true });
  const state = fs.mkdtempSync(path.join(cacheDir, "apt-"));
  const aside = path.join(state, "unpacked");
  try {
    const apt = aptOptions(state);
    run("apt-get", [...apt, "update"], state);
    run("apt-get", [...apt, "download", ...wanted.packages], state);
    for (const file of fs.readdirSync(state).filter((name) => name.endsWith(".deb"))) {
      run("dpkg-deb", ["-x", file, aside], state);
    }
    run(path.join(aside, wanted.program), ["--version"], state, libraryPath(aside));
    moveIntoPlace(aside, root, path.join(root, wanted.program));
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    process.stderr.write(`${wanted.name} could not be had from apt: ${reason}\n`);
    return false;
  } finally {
    fs.rmSync(state, { recursive: true, force: true });
  }
}

// Renamed when complete: another process may have done the same meanwhile, and then its copy serves.
function moveIntoPlace(aside: string, root: string, command: string) {
  if (fs.existsSync(command)) return;
  try {
    fs.rmSync(root, { recursive: true, force: true });
    fs.renameSync(aside, root);
  } catch (error) {
    if (!fs.existsSync(command)) throw error;
  }
}

function aptOptions(state: string): string[] {
  const folders = ["state/lists/partial", "cache/archives/partial"];
  for (const folder of folders) fs.mkdirSync(path.join(state, folder), { recursive: true });
  const options = {
    "Dir::State": path.join(state, "state"),
    "Dir::State::status": "/var/lib/dpkg/status",
    "Dir::Cache": path.join(state, "cache"),
    // The sandbox user could not write below a private home.
    "APT::Sandbox::User": "",
    "Acquire::Languages": "none",
    "Acquire::Retries": "1",
    "Acquire::http::Timeout": "10",
  };
  return ["-q=2", ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
}

function run(command: string, args: string[], cwd: string, env: NodeJS.Dict<string> = {}) {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    timeout: TIMEOUT_MS,
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(`${command} ${args.at(-1)}: ${result.stderr.trim()}`);
}

function libraryPath(root: string): NodeJS.Dict<string> {
  const folders = ["usr/lib", "lib"]
    .map((folder) => path.join(root, folder))
    .filter((folder) => fs.existsSync(folder))
    .flatMap((folder) => fs.readdirSync(folder).map((name) => path.join(folder, name)))
    .filter((folder) => folder.endsWith("linux-gnu"));
  return { LD_LIBRARY_PATH: folders.join(":") };
}
