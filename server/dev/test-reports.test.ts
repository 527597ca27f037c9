import fs from "node:fs";
import path from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { makeScratchDir, removeDir } from "./scratch-dir.ts";
import { playwrightTally, vitestTally } from "./test-reports.ts";

let file: string;
beforeAll(() => {
  file = path.join(makeScratchDir("astra-reports"), "report.json");
});
afterAll(() => removeDir(path.dirname(file)));

function vitestFile(status: string, ...tests: string[]) {
  return { status, assertionResults: tests.map((one) => ({ status: one })) };
}

function countVitest(ok: boolean, ...testResults: unknown[]) {
  fs.writeFileSync(file, JSON.stringify({ testResults }));
  return vitestTally(file, ok);
}

function countPlaywright(ok: boolean, stats: object, errors: unknown[] = []) {
  fs.writeFileSync(
    file,
    JSON.stringify({ stats: { expected: 0, unexpected: 0, flaky: 0, ...stats }, errors }),
  );
  return playwrightTally(file, ok);
}

test("Vitest's passed and failed tests are counted, skipped ones are not", () => {
  const tally = countVitest(
    false,
    vitestFile("failed", "passed", "failed", "skipped"),
    vitestFile("passed", "passed"),
  );
  expect(tally).toEqual({ passed: 2, failed: 1 });
});

test("a file that cannot be loaded, and one whose afterAll fails, count as a failure", () => {
  const tally = countVitest(false, vitestFile("failed"), vitestFile("failed", "passed"));
  expect(tally).toEqual({ passed: 1, failed: 2 });
});

test("a run that failed for another reason, or left no report, is never free of failures", () => {
  expect(countVitest(false, vitestFile("passed", "passed"))).toEqual({ passed: 1, failed: 1 });
  expect(vitestTally(path.join(path.dirname(file), "none.json"), true)).toEqual({ passed: 0, failed: 1 });
  expect(countPlaywright(false, { expected: 3 })).toEqual({ passed: 3, failed: 1 });
});

test("Playwright's errors outside of tests count as failures, its second tries that passed do not", () => {
  expect(countPlaywright(true, { expected: 3, flaky: 1 })).toEqual({ passed: 4, failed: 0 });
  expect(countPlaywright(false, { expected: 3, unexpected: 2 }, [{}])).toEqual({ passed: 3, failed: 3 });
});
