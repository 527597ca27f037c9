import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { ROOT } from "./checkout.ts";
import { runTool } from "./tool.ts";

const SOURCES = ["app", "server", "prisma", "public", "workers"];
const FILES = [
  "next.config.js",
  "package-lock.json",
  "package.json",
  "tsconfig.json",
  "proxy.ts",
  "instrumentation.ts",
];
// What no page is made of.
const LEFT_OUT = /(^|\/)(generated|dev|test|bench|cli)$|\.test\.tsx?$/;

/**
 * Runs `next build` into `distDir` unless the sources are the ones it was last made of. Answers whether it built;
 * throws an Error with the build's output when it fails.
 */
export async function buildWeb(distDir: string): Promise<boolean> {
  const stamp = path.join(ROOT, distDir, "astra-build-id");
  const hash = hashSources();
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === hash) return false;
  // First, so that a broken-off build is not taken for a whole one.
  fs.rmSync(stamp, { force: true });
  const build = await runTool("next", ["build"], {
    env: { NEXT_DIST_DIR: distDir, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
  });
  if (!build.ok) throw new Error(`next build failed:\n${build.output}`);
  fs.writeFileSync(stamp, hash);
  return true;
}

function hashSources(): string {
  const hash = createHash("sha256");
  for (const file of [...FILES, ...SOURCES.flatMap(filesBelow)]) {
    const full = path.join(ROOT, file);
    if (fs.existsSync(full)) hash.update(`${file}\0`).update(fs.readFileSync(full)).update("\0");
  }
  return hash.digest("hex");
}

function filesBelow(folder: string): string[] {
  const full = path.join(ROOT, folder);
  if (!fs.existsSync(full)) return [];
  return fs
    .readdirSync(full, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const place = `${folder}/${entry.name}`;
      if (LEFT_OUT.test(place)) return [];
      return entry.isDirectory() ? filesBelow(place) : [place];
    });
}
