// The entry of every npm script. Plain JavaScript for Node 20: the rest runs on the Node 24 of node_modules.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { generateClients } from "./generate.mjs";
import { ensureInstalled, ROOT, withSetupLock } from "./install.mjs";

const SCRIPTS = {
  start: ["launch.ts", "start"],
  dev: ["launch.ts", "dev"],
  test: ["test.ts"],
  check: ["check.ts"],
  bench: ["bench.ts"],
  "build:client": ["build-client.ts"],
  astra: ["astra.ts"],
};
// The first that runs TypeScript without a flag.
const OLDEST_NODE = [22, 18];
const PARENT_CHECK_MS = 500;
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];
const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 };

const [command, ...args] = process.argv.slice(2);
const script = Object.hasOwn(SCRIPTS, command ?? "") ? SCRIPTS[command] : undefined;
if (!script) fail(`Usage: npm run ${Object.keys(SCRIPTS).join("|")}`);
try {
  const node = await withSetupLock(async () => {
    await ensureInstalled();
    const found = chooseNode();
    await generateClients(found);
    return found;
  });
  const [file, ...first] = script;
  run(node, path.join(import.meta.dirname, file), [...first, ...args]);
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

/** Node 24 from node_modules, else the one that runs us. */
function chooseNode() {
  const own = path.join(ROOT, "node_modules/.bin/node");
  if (fs.existsSync(own)) {
    const real = fs.realpathSync(own);
    if (spawnSync(real, ["--version"]).status === 0) return real;
  }
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]))
    return process.execPath;
  throw new Error(
    `Astra needs Node ${OLDEST_NODE.join(".")} or newer. npm brings Node 24 on Linux (x64, arm64, glibc); ` +
      `here there is only ${process.version}. Please install Node 24.`,
  );
}

function run(node, file, rest) {
  const child = spawn(node, [file, ...rest], {
    cwd: ROOT,
    env: {
      ...process.env,
      PATH: `${path.join(ROOT, "node_modules/.bin")}${path.delimiter}${process.env.PATH}`,
    },
    // The channel carries nothing: when we are killed it closes, and the child stops in order.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  watchParents(() => child.kill("SIGTERM"));
  child.once("error", (error) => fail(error.message));
  child.once("exit", (code, signal) => process.exit(code ?? 128 + (SIGNAL_NUMBERS[signal] ?? 0)));
}

// npm starts us through a shell; a killed npm cannot pass its signal on. Without npm we may well outlive our shell.
function watchParents(gone) {
  if (!process.env.npm_lifecycle_event) return;
  const before = ancestry();
  const timer = setInterval(() => {
    if (ancestry() === before) return;
    clearInterval(timer);
    gone();
  }, PARENT_CHECK_MS);
  timer.unref();
}

/** The shell that started us and who started that; an orphan is handed to another process. */
function ancestry() {
  const shell = process.ppid;
  return `${shell} ${parentOf(shell)}`;
}

function parentOf(pid) {
  try {
    // The name in brackets may hold spaces; behind it stand the state and the parent.
    return fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1];
  } catch {
    return "unknown";
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
