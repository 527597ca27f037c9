// `npm run bench [beginning of a figure's name] [--strict]`: measures on databases of its own, which write to disk as
// in production. One line of JSON for each figure on standard output, all else on standard error.
import path from "node:path";
import { parseArgs } from "node:util";

import { chosenBenches } from "../bench/catalogue.ts";
import { defaultAddresses, prepareDatabase } from "./application.ts";
import { ROOT } from "./checkout.ts";
import { runProgram } from "./program.ts";
import { makeScratchDir, removeDir } from "./scratch-dir.ts";
import { startServices } from "./services.ts";

const MAIN = path.join(ROOT, "server/bench/main.ts");

async function runBenches(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { strict: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const beginning = positionals[0] ?? "";
  let code = 0;
  for (const name of chosenBenches(beginning)) {
    if (!(await runBench(name, [beginning, ...(values.strict ? ["--strict"] : [])]))) code = 1;
  }
  return code;
}

/** Gives each bench a process and databases of its own: what one leaves behind would slow the next. */
async function runBench(name: string, args: string[]): Promise<boolean> {
  const dataDir = makeScratchDir("astra-bench");
  const remove = () => removeDir(dataDir);
  process.once("exit", remove);
  // Never a given database: a bench makes thousands of roles.
  const services = await startServices({ dataDir, durable: true, given: {} });
  try {
    await prepareDatabase(services);
    const child = services.start({
      name: `The bench ${name}`,
      command: process.execPath,
      args: [MAIN, name, ...args],
      cwd: ROOT,
      // As in production: elsewhere Prisma takes a stack trace for each query.
      env: { ...defaultAddresses(), ...services.env, NODE_ENV: "production", LOG_LEVEL: "warn" },
      output: [1, 2],
    });
    return (await child.ended) === "exit code 0";
  } finally {
    await services.stop();
    process.off("exit", remove);
    remove();
  }
}

await runProgram(runBenches);
