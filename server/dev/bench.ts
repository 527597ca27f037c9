// `npm run bench [name]`: measures on databases of its own, which write to disk as in production.
import path from "node:path";

import { defaultAddresses, prepareDatabase } from "./application.ts";
import { ROOT } from "./checkout.ts";
import { runProgram } from "./program.ts";
import { makeScratchDir, removeDir } from "./scratch-dir.ts";
import { startServices } from "./services.ts";
import { runNode } from "./tool.ts";

async function bench(args: string[]): Promise<number> {
  const dataDir = makeScratchDir("astra-bench");
  process.once("exit", () => removeDir(dataDir));
  const services = await startServices({ dataDir, durable: true, given: process.env });
  await prepareDatabase(services);
  const env = { ...defaultAddresses(), ...services.env };
  const result = await runNode(path.join(ROOT, "server/bench/main.ts"), args, { env, show: true });
  return result.ok ? 0 : 1;
}

await runProgram(() => bench(process.argv.slice(2)));
