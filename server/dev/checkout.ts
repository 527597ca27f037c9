import fs from "node:fs";
import path from "node:path";

/** The folder of this checkout. */
export const ROOT = path.resolve(import.meta.dirname, "../..");

/** What may be deleted at any time and is made anew: unpacked Redis and Chromium. */
export const CACHE_DIR = path.join(ROOT, ".cache");

/** Where this checkout keeps its data: ASTRA_DATA_DIR, or `.data`. */
export function chosenDataDir(): string {
  return path.resolve(process.env.ASTRA_DATA_DIR || path.join(ROOT, ".data"));
}

/** Takes over what people have written into `.env`; variables that are set already win. */
export function loadEnvFile(): void {
  const file = path.join(ROOT, ".env");
  if (fs.existsSync(file)) process.loadEnvFile(file);
}
