// Runs on Node 20; Prisma itself runs on the Node that bootstrap.mjs found.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

import { ROOT } from "./install.mjs";

const CLIENTS = ["platform", "tenant"];
const GENERATED = path.join(ROOT, "prisma/generated");

/** Generates the Prisma clients whose schema, or whose Prisma, has changed since the last time. */
export async function generateClients(node) {
  const prisma = fs.readFileSync(path.join(ROOT, "node_modules/prisma/package.json"), "utf8");
  const version = JSON.parse(prisma).version;
  await Promise.all(CLIENTS.map((client) => generateClient(node, client, version)));
}

async function generateClient(node, client, version) {
  const folder = path.join(ROOT, "prisma", client);
  const schema = fs.readFileSync(path.join(folder, "schema.prisma"));
  const hash = createHash("sha256").update(version).update(schema).digest("hex");
  const stamp = path.join(GENERATED, `${client}.sha256`);
  const done = fs.existsSync(path.join(GENERATED, client)) && fs.existsSync(stamp);
  if (done && fs.readFileSync(stamp, "utf8") === hash) return;
  const cli = path.join(ROOT, "node_modules/prisma/build/index.js");
  try {
    await promisify(execFile)(node, [cli, "generate", "--config", path.join(folder, "prisma.config.ts")], {
      cwd: ROOT,
      env: { ...process.env, PRISMA_HIDE_UPDATE_MESSAGE: "1", CHECKPOINT_DISABLE: "1" },
    });
  } catch (error) {
    const output = `${error.stdout ?? ""}${error.stderr ?? ""}` || error.message;
    throw new Error(`prisma generate (${client}) failed:\n${output}`, { cause: error });
  }
  fs.writeFileSync(stamp, hash);
}
