// `node server/dev/complete-lock.mjs`, after each change of package-lock.json: `npm ci` refuses a lockfile that lacks
// optional packages of platforms other than the one it was made on. Adds inert entries for them; with `--check` only
// says which ones are missing.
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
    if (!/^\d+\.\d+\.\d+[^ ]*$/.test(version)) continue;
    const missing = missingPlace(place, name, version);
    if (missing === undefined) continue;
    lock.packages[missing] = inertEntry(name, version, entry.dev);
    added.push(`${missing} ${version}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
if (process.argv.includes("--check")) {
  if (added.length > 0) console.error(`Run it; package-lock.json lacks:\n  ${added.join("\n  ")}`);
  process.exit(added.length === 0 ? 0 : 1);
}
if (added.length > 0) fs.writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? "The lockfile is complete." : `Added:\n  ${added.join("\n  ")}`);

/**
 * Where an entry for `name` must be added for the package at `place` to find this version, looking it up as Node does;
 * undefined when it finds it already.
 */
function missingPlace(place, name, version) {
  let below;
  for (let folder = place; ; folder = folder.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, "")) {
    const here = path.posix.join(folder, "node_modules", name);
    const found = lock.packages[here];
    if (found?.version === version) return undefined;
    // Another version stands here: ours must stand nearer to the package that asks.
    if (found) return below;
    if (folder === "") return here;
    below = here;
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
