#!/usr/bin/env node
// Stands in for Prisma's native `schema-engine` binary, which the Prisma CLI would download for every command: the same
// arguments and the same JSON-RPC over stdin and stdout, over the WebAssembly engine and the driver adapter from npm.
// Serves generate, format, validate, `migrate diff` and `db pull`. Migrations are plain SQL files that
// `npm run astra -- migrate` applies, so `migrate dev` and its shadow databases have no place here.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as wasm from "@prisma/schema-engine-wasm/schema_engine_bg";

import { CatalogReader } from "./catalog-reader.mjs";

const require = createRequire(import.meta.url);
const { values: options, positionals } = parseArgs({
  options: {
    datamodels: { type: "string", multiple: true, default: [] },
    datasource: { type: "string", default: "{}" },
    version: { type: "boolean", short: "V" },
  },
  strict: false,
});
const engineFile = require.resolve("@prisma/schema-engine-wasm/schema_engine_bg");
if (options.version) {
  console.log(`schema-engine-cli ${engineVersion()}`);
  process.exit(0);
}
const databaseUrl = new URL(JSON.parse(options.datasource).url || "postgresql://nobody@127.0.0.1/none");
if (positionals[0] === "cli") await answerCliCommand(positionals);

const panic = { message: "" };
// The engine looks for this global when it panics.
globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => (panic.message = message) };
process.on("uncaughtException", (error) => {
  logLine("ERROR", panic.message || error.stack);
  process.exit(101);
});

const schema = databaseUrl.searchParams.get("schema") ?? undefined;
databaseUrl.searchParams.delete("schema");
const reader = new CatalogReader({ connectionString: databaseUrl.href, max: 1 }, { schema });
const factory = bindMigrationAwareSqlAdapterFactory(reader);
// Loaded by the first request: it connects at once, and its errors must travel as an answer.
let loading;
let open = 0;
let ended = false;
const input = createInterface({ input: process.stdin });
input.on("line", (line) => void answer(line));
input.on("close", () => {
  ended = true;
  exitWhenDone();
});

async function answer(line) {
  if (!line.trim()) return;
  const { id, method, params } = JSON.parse(line);
  // Without a method it is the receipt for a "print" of ours.
  if (!method) return;
  open += 1;
  try {
    send({ id, result: await call(id, method, params) });
  } catch (error) {
    send({ id, error: rpcError(error) });
  }
  open -= 1;
  exitWhenDone();
}

async function call(id, method, params) {
  const engine = await (loading ??= loadEngine());
  if (method === "getDatabaseVersion") return engine.version(params?.datasource ? params : undefined);
  if (method !== "diff") return (await engine[method](params)) ?? {};
  const { exitCode, stdout } = await engine.diff(params);
  if (stdout) send({ id: 1_000_000 + id, method: "print", params: { content: stdout } });
  return { exitCode, stdout: null };
}

function exitWhenDone() {
  if (ended && open === 0) process.exit(0);
}

function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}

function logLine(level, message, fields = {}) {
  const entry = { timestamp: new Date().toISOString(), level, fields: { message, ...fields } };
  process.stderr.write(`${JSON.stringify({ ...entry, target: "schema_engine::logger" })}\n`);
}

/** An error in the shape in which the Prisma CLI expects it. */
function rpcError(error) {
  const captured = factory.errorRegistry.consumeError(error?.id ?? numberIn(error?.message))?.error ?? error;
  const data = { is_panic: false, message: captured?.message ?? String(captured), meta: null };
  return {
    code: 4466,
    message: "An error happened. Check the data field for details.",
    data: { ...data, error_code: captured?.code ?? error?.code },
  };
}

// The engine names a driver's error by its number in the registry.
function numberIn(message) {
  return Number(/id: (\d+)/.exec(message ?? "")?.[1] ?? -1);
}

async function loadEngine() {
  const bytes = fs.readFileSync(path.join(path.dirname(engineFile), "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": wasm });
  wasm.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const datamodels = options.datamodels.map((file) => [path.resolve(file), fs.readFileSync(file, "utf8")]);
  return wasm.SchemaEngine.new(
    { datamodels: datamodels.length > 0 ? datamodels : undefined },
    debug,
    factory,
  );
}

function debug(message) {
  if (process.env.DEBUG) logLine("INFO", message);
}

/** The commit that the Prisma CLI compares with its own. */
function engineVersion() {
  const manifest = JSON.parse(fs.readFileSync(path.join(path.dirname(engineFile), "package.json"), "utf8"));
  return manifest.version.split(".").at(-1);
}

/** `schema-engine cli can-connect-to-database`: whether the database is there. */
async function answerCliCommand([, command]) {
  if (command !== "can-connect-to-database") {
    logLine("ERROR", `"${command}" is not served: databases are made by \`npm run astra -- setup\`.`);
    process.exit(1);
  }
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: databaseUrl.href });
  try {
    await client.connect();
    await client.end();
    process.exit(0);
  } catch (error) {
    const codes = { "3D000": "P1003", "28P01": "P1000" };
    process.stderr.write("\n");
    logLine("ERROR", error.message, { error_code: codes[error.code] ?? "P1001" });
    process.exit(1);
  }
}
