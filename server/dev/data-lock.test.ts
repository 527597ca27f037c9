import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { DataDirInUse, lockDataDir } from "./data-lock.ts";
import { makeScratchDir, removeDir } from "./scratch-dir.ts";
import { readSecrets } from "./secrets.ts";

let dir: string;
beforeAll(() => {
  dir = makeScratchDir("astra-lock");
});
afterAll(() => removeDir(dir));

function newDataDir(name: string): string {
  const dataDir = path.join(dir, name);
  fs.mkdirSync(dataDir);
  return dataDir;
}

test("a second launcher on a data directory is refused until the first has released it", async () => {
  const dataDir = newDataDir("two");
  const first = await lockDataDir(dataDir);
  await expect(lockDataDir(dataDir)).rejects.toThrow(DataDirInUse);
  first.release();
  const second = await lockDataDir(dataDir);
  // A late release of the first must not open the second's lock.
  first.release();
  await expect(lockDataDir(dataDir)).rejects.toThrow(`process ${process.pid}`);
  second.release();
});

test("of several launchers at once exactly one gets the data directory", async () => {
  const dataDir = newDataDir("race");
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataDir(dataDir)));
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
});

test("the lock of a dead launcher is taken over once its children have ended", async () => {
  const dataDir = newDataDir("stale");
  const orphan = spawn(process.execPath, ["-e", "setTimeout(() => {}, 400)"]);
  const lock = await lockDataDir(dataDir);
  lock.addChild(orphan.pid ?? 0);
  const file = path.join(dataDir, "launcher.json");
  // The same process id with another start time: a later process that was given the dead launcher's id.
  fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(/"process":"(\d+):\d+"/, '"process":"$1:1"'));
  const taken = await lockDataDir(dataDir);
  expect(orphan.exitCode).toBe(0);
  taken.release();
});

test("an unreadable lock is taken over", async () => {
  const dataDir = newDataDir("broken");
  fs.writeFileSync(path.join(dataDir, "launcher.json"), '{"process":');
  const lock = await lockDataDir(dataDir);
  await expect(lockDataDir(dataDir)).rejects.toThrow(DataDirInUse);
  lock.release();
});

test("secrets are made once, kept, completed when a version needs one more, and readable by us alone", () => {
  const dataDir = newDataDir("secrets");
  const first = readSecrets(dataDir);
  expect(new Set(Object.values(first)).size).toBe(Object.keys(first).length);
  expect(readSecrets(dataDir)).toEqual(first);
  const file = path.join(dataDir, "secrets.json");
  const { metricsToken: _, ...older } = first;
  fs.writeFileSync(file, JSON.stringify(older));
  expect(readSecrets(dataDir)).toMatchObject(older);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
});
