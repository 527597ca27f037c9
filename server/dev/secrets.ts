import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

/** What a fresh data directory is given once, and keeps. */
export interface Secrets {
  postgresPassword: string;
  ownerPassword: string;
  appPassword: string;
  platformPassword: string;
  tenantKeySecret: string;
  authSecret: string;
  metricsToken: string;
}

const NAMES = [
  "postgresPassword",
  "ownerPassword",
  "appPassword",
  "platformPassword",
  "tenantKeySecret",
  "authSecret",
  "metricsToken",
] as const satisfies readonly (keyof Secrets)[];

/** Reads the data directory's `secrets.json` (mode 0600), making up what it does not hold yet. */
export function readSecrets(dataDir: string): Secrets {
  const file = path.join(dataDir, "secrets.json");
  const kept: Partial<Record<string, unknown>> = fs.existsSync(file)
    ? (JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>)
    : {};
  const secrets = Object.fromEntries(
    NAMES.map((name) => [name, keptOrNew(kept[name])]),
  ) as unknown as Secrets;
  if (NAMES.some((name) => kept[name] !== secrets[name])) {
    // Renamed into place: a launcher that dies here must not leave half a file, which would lock the data away.
    fs.writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    fs.renameSync(`${file}.new`, file);
  }
  return secrets;
}

function keptOrNew(value: unknown): string {
  return typeof value === "string" && value.length >= 32 ? value : randomBytes(32).toString("hex");
}
