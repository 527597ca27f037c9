// `node server/dev/complete-lock.mjs`, after each change of package-lock.json: `npm ci` refuses a lockfile that lacks
// optional packages of platforms other than the one it was made on. Adds inert entries for them.
import fs from "node:fs";
import path from "node:path";

const FILE = path.resolve(import.meta.dirname, "../../package-lock.json");
const SYSTEMS = [
  "android",
  "darwin",
  "freebsd",
  "win32",
  "linux",
  "aix",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
];
const PROCESSORS = ["arm64", "ia32", "x64", "wasm32", "riscv64", "s390x", "ppc64", "loong64", "arm"];

const lock = JSON.parse(fs.readFileSync(FILE, "utf8"));
const added = [];
for (const [place, entry] of Object.entries(lock.packages)) {
  if (place === "" || entry.link) continue;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    // A range names no version to write down; npm has resolved those itself so far.
    if (isLocked(place, name) || !/^\d+\.\d+\.\d+[^ ]*$/.test(version)) continue;
    lock.packages[`node_modules/${name}`] = inertEntry(name, version, entry.dev);
    added.push(`${name} ${version}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
if (added.length > 0) fs.writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? "The lockfile is complete." : `Added:\n  ${added.join("\n  ")}`);

/** Whether `name`, asked for by the package at `place`, is found there or in a folder above, as Node looks it up. */
function isLocked(place, name) {
  for (let folder = place; ; folder = folder.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, "")) {
    if (lock.packages[path.posix.join(folder, "node_modules", name)]) return true;
    if (folder === "") return false;
  }
}

function inertEntry(name, version, dev) {
  const system = SYSTEMS.find((word) => name.includes(word));
  const processor = PROCESSORS.find((word) => name.includes(word));
  return {
    version,
    ...(processor ? { cpu: [processor] } : {}),
    ...(dev ? { dev: true } : {}),
    // Else npm would fetch the Alpine build on every Linux.
    ...(name.includes("musl") ? { libc: ["musl"] } : {}),
    optional: true,
    ...(system ? { os: [system] } : {}),
  };
}
