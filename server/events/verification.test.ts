import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net, { type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newSigningSecret, signedHeaders } from "../platform/webhook-signature.ts";
import { root } from "../test/sources.ts";
import { envelopeOf } from "./envelope.ts";
import { verificationPrograms } from "./verification.ts";

const secret = newSigningSecret();
const id = "01936f2a-7c00-7000-8000-0000000000ff";
// Emoji, a line separator, other scripts: signed as bytes.
const data = { id, name: "Apollo 🚀 \u2028 Ёлка 漢字 עברית \u0000" };
const body = JSON.stringify(envelopeOf(id, { id, type: "project.created", at: new Date(), data }));

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a program of the documentation; answers what sends to it, and what it has written. */
async function start(command: string, args: string[]) {
  const port = await freePort();
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let written = "";
  await new Promise<void>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      written += chunk.toString("utf8");
      if (written.includes("listening")) resolve();
    });
  });
  return { child, url: `http://127.0.0.1:${port}/`, written: () => written };
}

/** From 3.9 on. */
const python = spawnSync("python3", ["-c", "str.removeprefix"]).status === 0;
const programs: [name: string, command: string, args: string[]][] = [
  ["javascript", process.execPath, ["--input-type=module", "-e", verificationPrograms.javascript]],
  ...(python
    ? [["python", "python3", ["-c", verificationPrograms.python]] satisfies [string, string, string[]]]
    : []),
];

test("both programs can be tried here, or it is said that one cannot", () => {
  if (!python) process.stderr.write("python3 is not on this machine: its program was not tried\n");
  expect(programs.length).toBe(python ? 2 : 1);
});

describe.each(programs)("the documentation's program in %s", (_name, command, args) => {
  let receiver: { child: ChildProcess; url: string; written(): string };
  beforeAll(async () => {
    receiver = await start(command, args);
  });
  afterAll(async () => {
    receiver.child.kill("SIGKILL");
    if (receiver.child.exitCode === null) await once(receiver.child, "exit");
  });

  async function statusOf(headers: Record<string, string>, text = body): Promise<number> {
    const response = await fetch(receiver.url, { method: "POST", headers, body: text });
    return response.status;
  }
  const signed = (secrets: string[], at = new Date()) => signedHeaders({ id, at, body }, secrets);

  test("takes what is signed with its secret, alone or beside another one", async () => {
    expect(await statusOf(signed([secret]))).toBe(204);
    expect(await statusOf(signed([newSigningSecret(), secret]))).toBe(204);
    expect(receiver.written()).toContain(`${id} project.created`);
  });

  test("refuses another body, another secret, another time, and nothing at all", async () => {
    expect(await statusOf(signed([secret]), body.replace("Apollo", "Artemis"))).toBe(400);
    expect(await statusOf(signed([newSigningSecret()]))).toBe(400);
    expect(await statusOf(signed([secret], new Date(Date.now() - 600_000)))).toBe(400);
    expect(await statusOf({ ...signed([secret]), "webhook-id": "another" })).toBe(400);
    expect(await statusOf({})).toBe(400);
  });
});

test("the programs use nothing that has to be installed but standardwebhooks", () => {
  const imported = [...verificationPrograms.javascript.matchAll(/from "([^"]+)"/g)].map(([, name]) => name);
  expect(imported.filter((name) => !name?.startsWith("node:"))).toEqual(["standardwebhooks"]);
  expect(fs.existsSync(`${root}/node_modules/standardwebhooks`)).toBe(true);
});
