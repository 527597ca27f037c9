import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

/** The full path of a program on the PATH, or undefined. */
export function findExecutable(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

let deathSignalTool: string | undefined | null = null;

/**
 * util-linux's `setpriv` with `--pdeathsig`, or undefined (macOS, BusyBox): by it the kernel itself signals
 * a child when its parent dies, even by SIGKILL.
 */
export function findSetpriv(): string | undefined {
  if (deathSignalTool === null) {
    const tool = process.platform === "linux" ? findExecutable("setpriv") : undefined;
    const works = tool !== undefined && spawnSync(tool, ["--pdeathsig", "TERM", "true"]).status === 0;
    deathSignalTool = works ? tool : undefined;
  }
  return deathSignalTool;
}
