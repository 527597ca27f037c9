// `npm run build:client`: the typed client for apps as a package, and the description of the REST door, from the router.
import path from "node:path";

import { ROOT } from "./checkout.ts";
import { buildPackage, packPackage } from "./client-package/build-package.ts";
import { readSurface } from "./client-package/read-surface.ts";
import { runProgram } from "./program.ts";

const DIST = path.join(ROOT, "dist");

await runProgram(async () => {
  const surface = readSurface();
  const folder = path.join(DIST, "astra-client");
  await buildPackage(surface, folder);
  const tarball = await packPackage(folder, DIST);
  process.stdout.write(`${surface.endpoints.length} procedures in ${path.relative(ROOT, tarball)}\n`);
  return 0;
});
