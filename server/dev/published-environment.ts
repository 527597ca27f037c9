import fs from "node:fs";
import path from "node:path";

/** Leaves the running launcher's environment for `npm run astra`; it holds logins, hence mode 0600. */
export function publishEnvironment(dataDir: string, env: NodeJS.Dict<string>): void {
  const file = environmentFile(dataDir);
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, JSON.stringify(env), { mode: 0o600 });
}

/** What the launcher that runs on this data directory has published; throws while it has not come that far. */
export function publishedEnvironment(dataDir: string): NodeJS.Dict<string> {
  try {
    return JSON.parse(fs.readFileSync(environmentFile(dataDir), "utf8")) as NodeJS.Dict<string>;
  } catch (cause) {
    throw new Error("Astra is still starting; try again in a moment.", { cause });
  }
}

/** Forgets it, at the start and at the end of a launcher. */
export function withdrawEnvironment(dataDir: string): void {
  fs.rmSync(environmentFile(dataDir), { force: true });
}

function environmentFile(dataDir: string): string {
  return path.join(dataDir, "environment.json");
}
