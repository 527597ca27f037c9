// Runs on Node 20, before there is a node_modules.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const MODULES = path.join(ROOT, "node_modules");
const STAMP = path.join(MODULES, ".astra-lock");
const LOCK_FILE = path.join(ROOT, ".cache/setup.lock");

/** Runs `npm ci` unless node_modules already holds what package-lock.json names. */
export async function ensureInstalled() {
  const text = fs.readFileSync(path.join(ROOT, "package-lock.json"), "utf8");
  const hash = createHash("sha256").update(text).digest("hex");
  if (readText(STAMP) === hash) return;
  if (!holds(JSON.parse(text))) {
    process.stdout.write("Installing packages (once, about a minute) …\n");
    install();
  }
  fs.writeFileSync(STAMP, hash);
}

/** Lets one process at a time install and generate; the others wait for it. */
export async function withSetupLock(act) {
  fs.mkdirSync(path.dirname(LOCK_FILE), { recursive: true });
  let told = false;
  while (!takeLock()) {
    if (!told) process.stdout.write("Another Astra command is installing; waiting for it …\n");
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  try {
    return await act();
  } finally {
    fs.rmSync(LOCK_FILE, { force: true });
  }
}

// npm writes what it installed beside the packages, at the end: a broken-off install leaves no such file.
function holds(lock) {
  const installed = readJson(path.join(MODULES, ".package-lock.json"))?.packages;
  if (!installed) return false;
  return Object.entries(lock.packages).every(([place, wanted]) => {
    if (place === "") return true;
    const found = installed[place];
    // Optional packages of other platforms stay away.
    return found ? found.version === wanted.version : wanted.optional === true;
  });
}

function install() {
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
  // No package's install script is needed, and some try downloads; NODE_ENV must not leave packages out.
  const args = [
    ...first,
    "ci",
    "--loglevel=error",
    "--ignore-scripts",
    "--include=dev",
    "--include=optional",
  ];
  const result = spawnSync(command, args, { cwd: ROOT, stdio: "inherit" });
  if (result.status !== 0) throw new Error("npm ci failed; the lines above say why.");
}

function takeLock() {
  try {
    fs.writeFileSync(LOCK_FILE, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    if (!lives(Number(readText(LOCK_FILE)))) fs.rmSync(LOCK_FILE, { force: true });
    return false;
  }
}

function lives(pid) {
  try {
    // 0 would mean our own group: the holder has not written its id yet.
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function readText(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function readJson(file) {
  const text = readText(file);
  return text === undefined ? undefined : JSON.parse(text);
}
