// `npm run build:client`: the typed client for apps as a package, and the description of the REST door, from the router.
// `npm run build:client -- <folder>` makes the package alone, unpacked in that folder.
import fs from "node:fs";
import path from "node:path";

import { ROOT } from "./checkout.ts";
import { buildPackage, packPackage } from "./client-package/build-package.ts";
import { describeRest, OPENAPI_FILE } from "./client-package/openapi.ts";
import { readSurface } from "./client-package/read-surface.ts";
import type { Surface } from "./client-package/shape.ts";
import { runProgram } from "./program.ts";
import { runTool } from "./tool.ts";

const DIST = path.join(ROOT, "dist");

await runProgram(async () => {
  const [folder] = process.argv.slice(2);
  const surface = readSurface();
  if (folder === undefined) await buildAll(surface);
  else await buildPackage(surface, path.resolve(folder));
  return 0;
});

async function buildAll(surface: Surface): Promise<void> {
  fs.writeFileSync(OPENAPI_FILE, `${JSON.stringify(describeRest(surface), null, 2)}\n`);
  const format = await runTool("oxfmt", [OPENAPI_FILE]);
  if (!format.ok) throw new Error(`oxfmt failed:\n${format.output}`);
  const folder = path.join(DIST, "astra-client");
  await buildPackage(surface, folder);
  const tarball = await packPackage(folder, DIST);
  process.stdout.write(`${surface.endpoints.length} procedures in ${path.relative(ROOT, tarball)}\n`);
}
