import { spawn } from "node:child_process";
import path from "node:path";

import { expect, test } from "vitest";

import { startChild } from "./children.ts";
import { until } from "./until.ts";

const FOREVER = ["-e", "setInterval(() => {}, 1000)"];

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A launcher of its own, which starts one child and prints its id. */
async function launcherWithChild(keeper: boolean): Promise<{ launcher: number; child: number }> {
  const file = path.join(import.meta.dirname, "children.ts");
  const script = `
    import { startChild } from ${JSON.stringify(file)};
    const args = ["-e", "console.log(process.pid); setInterval(() => {}, 1000)"];
    const output = (chunk) => process.stdout.write(chunk);
    startChild({ name: "child", command: process.execPath, args, output, keeper: ${keeper} });`;
  const launcher = spawn(process.execPath, ["--input-type=module", "-e", script]);
  let printed = "";
  launcher.stdout.setEncoding("utf8").on("data", (chunk: string) => (printed += chunk));
  await until(() => printed.includes("\n"), { what: "the child's id", timeoutMs: 10_000 });
  return { launcher: launcher.pid ?? 0, child: Number(printed) };
}

test.each([
  ["the kernel's death signal", false],
  ["the keeper", true],
])("kill -9 of the launcher ends its children, by %s", async (_by, keeper) => {
  const { launcher, child } = await launcherWithChild(keeper);
  expect(lives(child)).toBe(true);
  process.kill(launcher, "SIGKILL");
  await until(() => !lives(child), { what: "the end of the child", timeoutMs: 5_000 });
});

test("stop ends a child that ignores the signal by force", async () => {
  let ready = false;
  const child = startChild({
    name: "stubborn",
    command: process.execPath,
    args: ["-e", 'process.on("SIGTERM", () => {}); console.log("ready"); setInterval(() => {}, 1000)'],
    stopTimeoutMs: 200,
    output: () => (ready = true),
  });
  await until(() => ready, { what: "the child", timeoutMs: 10_000 });
  await child.stop();
  expect(await child.ended).toBe("SIGKILL");
});

test("a child gets our environment with changes on top, and undefined takes a variable away", async () => {
  let printed = "";
  const child = startChild({
    name: "printer",
    command: process.execPath,
    args: ["-p", "JSON.stringify([process.env.ADDED, process.env.REDIS_URL ?? null, !!process.env.PATH])"],
    env: { ADDED: "yes", REDIS_URL: undefined },
    output: (chunk) => (printed += chunk),
  });
  expect(await child.ended).toBe("exit code 0");
  expect(JSON.parse(printed)).toEqual(["yes", null, true]);
});

test("a program that is not there ends with the reason", async () => {
  const child = startChild({ name: "none", command: "/no/such/program", args: [], output: () => undefined });
  expect(await child.ended).not.toBe("exit code 0");
  expect(child.isRunning()).toBe(false);
});

test("stop may be called twice, and after the end", async () => {
  const child = startChild({
    name: "idle",
    command: process.execPath,
    args: FOREVER,
    output: () => undefined,
  });
  await Promise.all([child.stop(), child.stop()]);
  await child.stop();
  expect(child.isRunning()).toBe(false);
});
