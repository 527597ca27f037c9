// `npm run astra -- <command>`: the operators' command line. It takes the logins of the environment if they are
// there, else those of the Astra that runs on the data directory, else starts the databases for this one command.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

import { defaultAddresses, prepareDatabase } from "./application.ts";
import { chosenDataDir, loadEnvFile, ROOT } from "./checkout.ts";
import { DataDirInUse } from "./data-lock.ts";
import { runProgram } from "./program.ts";
import { publishedEnvironment } from "./published-environment.ts";
import { startServices } from "./services.ts";

async function runCommand(args: string[]): Promise<number> {
  loadEnvFile();
  return runCli(args, process.env.DATABASE_OWNER_URL ? {} : await embeddedEnvironment());
}

async function embeddedEnvironment(): Promise<NodeJS.Dict<string>> {
  const dataDir = chosenDataDir();
  try {
    const services = await startServices({ dataDir, durable: true, given: process.env });
    await prepareDatabase(services);
    return services.env;
  } catch (error) {
    if (error instanceof DataDirInUse) return publishedEnvironment(dataDir);
    throw error;
  }
}

// With our terminal, not through startChild: a command may ask its user something.
async function runCli(args: string[], env: NodeJS.Dict<string>): Promise<number> {
  const child = spawn(process.execPath, [path.join(ROOT, "server/cli/main.ts"), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...defaultAddresses(), ...env },
    stdio: "inherit",
  });
  const [code] = await once(child, "exit");
  return typeof code === "number" ? code : 1;
}

await runProgram(() => runCommand(process.argv.slice(2)));
