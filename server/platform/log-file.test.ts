import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { makeScratchDir, removeDir } from "../dev/scratch-dir.ts";

const directories: string[] = [];
afterEach(() => directories.splice(0).forEach(removeDir));

/** Starts a process that logs so many lines of about 300 bytes, and answers its number when it has ended. */
async function logInProcess(directory: string, name: string, lines: number, kept: number): Promise<number> {
  const script = `
    import { log } from ${JSON.stringify(path.join(import.meta.dirname, "log.ts"))};
    const line = log(${JSON.stringify(name)});
    for (let n = 0; n < ${lines}; n++) {
      line.info({ n, password: "hush", filler: "x".repeat(200) }, "line");
      if (n % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    process.exit(0);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      LOG_LEVEL: "info",
      LOG_FILE: path.join(directory, "astra.jsonl"),
      LOG_FILE_MEGABYTES: "1",
      LOG_FILES_KEPT: String(kept),
    },
  });
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(0);
  return child.pid ?? 0;
}

function scratch(): string {
  const directory = makeScratchDir("astra-logs");
  directories.push(directory);
  return directory;
}

test("processes that log at once never mix their lines, fill several files, and lose none at their end", async () => {
  const directory = scratch();
  const names = ["web", "worker", "worker"];
  const pids = await Promise.all(names.map((name) => logInProcess(directory, name, 10_000, 100)));
  const files = fs.readdirSync(directory);
  expect(files.length).toBeGreaterThan(6);
  for (const pid of pids) {
    const own = files.filter((name) => name.includes(`.${pid}.`));
    // Files that were put aside carry their time, and the one in use sorts behind them.
    const lines = own
      .toSorted()
      .flatMap((name) => fs.readFileSync(path.join(directory, name), "utf8").trim().split("\n"));
    const parsed = lines.map((line) => JSON.parse(line) as { n: number; pid: number; password: string });
    expect(parsed.map(({ n }) => n)).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
    expect(new Set(parsed.map((line) => `${line.pid} ${line.password}`))).toEqual(
      new Set([`${pid} [redacted]`]),
    );
  }
  for (const name of files) expect(fs.statSync(path.join(directory, name)).size).toBeLessThan(1_200_000);
}, 60_000);

test("only so many files are kept, and none that a living process writes to", async () => {
  const directory = scratch();
  const kept = 2;
  for (let run = 0; run < 3; run++) await logInProcess(directory, "worker", 10_000, kept);
  // One is the last process's own; the others are what is kept.
  expect(fs.readdirSync(directory).length).toBeLessThanOrEqual(kept + 1);
}, 60_000);

test("a file that cannot be written stops no process", async () => {
  const directory = path.join(scratch(), "file");
  fs.writeFileSync(directory, "not a directory");
  const child = logInProcess(directory, "web", 1_000, 2);
  await expect(child).resolves.toBeGreaterThan(0);
});
