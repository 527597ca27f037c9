import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/**
 * A new folder for this process alone, below the system's temporary folder. Folders of `prefix` whose process was
 * killed before it could remove them are removed first. PostgreSQL's user must be able to enter it, hence 0711.
 */
export function makeScratchDir(prefix: string): string {
  for (const name of fs.readdirSync(os.tmpdir())) {
    const match = new RegExp(`^${prefix}-(\\d+)-`).exec(name);
    if (match && !processLives(Number(match[1]))) removeDir(path.join(os.tmpdir(), name));
  }
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), `${prefix}-${process.pid}-`));
  fs.chmodSync(dir, 0o711);
  return dir;
}

/** Removes a folder with all in it; what another user owns and what is already gone is passed over. */
export function removeDir(dir: string) {
  try {
    fs.rmSync(dir, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "EPERM" && code !== "EACCES") throw error;
  }
}

function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
