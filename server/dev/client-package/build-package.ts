import fs from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";
import { reasons } from "../../platform/reasons.ts";
import { ROOT } from "../checkout.ts";
import { startChild } from "../embedded/children.ts";
import { runTool } from "../tool.ts";
import { packageReadme } from "./package-readme.ts";
import { printTypes, takesInput } from "./print-types.ts";
import type { Surface } from "./shape.ts";

const SOURCES = path.join(ROOT, "server/client");
const PUBLIC = ["options.ts", "astra-error.ts"];

/** Makes the client package in a folder of its own, which is emptied first. Throws an Error that says what is wrong. */
export async function buildPackage(surface: Surface, folder: string): Promise<void> {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const { version, license } = JSON.parse(fs.readFileSync(path.join(ROOT, "package.json"), "utf8"));
  const manifest = {
    name: "astra-client",
    version,
    description: "Astra's API for apps: typed calls of one organization.",
    license,
    type: "module",
    sideEffects: false,
    engines: { node: ">=20" },
    exports: { ".": { types: "./index.d.ts", default: "./index.js" }, "./package.json": "./package.json" },
    files: ["index.js", "index.d.ts", "README.md", "THIRD-PARTY.md"],
  };
  fs.writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  fs.writeFileSync(path.join(folder, "README.md"), packageReadme());
  fs.writeFileSync(path.join(folder, "index.d.ts"), await declarations(surface));
  fs.writeFileSync(path.join(folder, "THIRD-PARTY.md"), licensesOf(await bundle(surface, folder)));
}

/** Everything that callers see: options and errors as their sources declare them, the calls as the router has them. */
async function declarations(surface: Surface): Promise<string> {
  const scratch = fs.mkdtempSync(path.join(ROOT, "node_modules/.astra-client-"));
  try {
    const emitted = await runTool("tsc", [
      "--ignoreConfig",
      "--declaration",
      "--emitDeclarationOnly",
      "--noCheck",
      "--allowImportingTsExtensions",
      "--target",
      "es2023",
      "--module",
      "esnext",
      "--moduleResolution",
      "bundler",
      "--rootDir",
      ROOT,
      "--outDir",
      scratch,
      ...PUBLIC.map((file) => path.join(SOURCES, file)),
    ]);
    if (!emitted.ok) throw new Error(`tsc failed:\n${emitted.output}`);
    const texts = PUBLIC.map((file) => {
      const place = path.join(scratch, "server/client", file.replace(/\.ts$/, ".d.ts"));
      return fs.readFileSync(place, "utf8").replaceAll(/^import .*\n|^export \{\};\n/gm, "");
    });
    return [
      "// Made from Astra's own sources. Do not edit.\n",
      ...texts,
      `/** Why Astra refuses a call. */\nexport type Reason =\n${reasons.map((one) => `  | "${one}"`).join("\n")};\n`,
      `${printTypes(surface)}\n`,
      "/** The calls of one organization, made with its key. Throws TypeError when the options cannot be meant. */",
      "export declare function createAstraClient(options: AstraClientOptions): AstraClient;\n",
    ].join("\n");
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** Answers which files it took. */
async function bundle(surface: Surface, folder: string): Promise<string[]> {
  const procedures = Object.fromEntries(
    surface.endpoints.map((endpoint) => [
      endpoint.path,
      { type: endpoint.type, input: takesInput(endpoint) },
    ]),
  );
  const entry = "astra-client-entry";
  const source = [
    `import { buildClient } from ${JSON.stringify(path.join(SOURCES, "client.ts"))};`,
    `export { AstraError } from ${JSON.stringify(path.join(SOURCES, "astra-error.ts"))};`,
    `const procedures = ${JSON.stringify(procedures, null, 2)};`,
    "export function createAstraClient(options) {\n  return buildClient(procedures, options);\n}",
  ].join("\n");
  const made = await rolldown({
    input: entry,
    platform: "neutral",
    resolve: { mainFields: ["module", "main"], conditionNames: ["import", "default"] },
    cwd: ROOT,
    logLevel: "silent",
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? `\0${entry}` : null),
        load: (id) => (id === `\0${entry}` ? source : null),
      },
    ],
  });
  try {
    const { output } = await made.write({ file: path.join(folder, "index.js"), format: "esm" });
    return output[0].moduleIds;
  } finally {
    await made.close();
  }
}

/** The licenses of the packages that became part of the client. */
function licensesOf(modules: string[]): string {
  const names = modules.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []);
  const texts = [...new Set(names)].toSorted().map((name) => {
    const folder = path.join(ROOT, "node_modules", name);
    const file = fs.readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    if (!file) throw new Error(`${name} comes without its license.`);
    return `## ${name}\n\n${fs.readFileSync(path.join(folder, file), "utf8").trim()}\n`;
  });
  return ["Parts of `index.js` are these packages:\n", ...texts].join("\n");
}

/** Packs the folder of a package as npm would publish it. Answers the tarball's path. */
export async function packPackage(folder: string, into: string): Promise<string> {
  const said: string[] = [];
  const pack = startChild({
    name: "npm pack",
    command: "npm",
    args: ["pack", "--silent", "--pack-destination", into],
    cwd: folder,
    output: (chunk) => said.push(chunk),
  });
  if ((await pack.ended) !== "exit code 0") throw new Error(`npm pack failed:\n${said.join("")}`);
  const name = /\S+\.tgz/.exec(said.join(""))?.[0];
  if (!name) throw new Error(`npm pack answered no file:\n${said.join("")}`);
  return path.join(into, name);
}
