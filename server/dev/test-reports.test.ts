import fs from "node:fs";
import path from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { makeScratchDir, removeDir } from "./scratch-dir.ts";
import { playwrightTally, secondTriesFile, vitestTally } from "./test-reports.ts";

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
  expect(tally).toMatchObject({ passed: 2, failed: 1 });
});

test("a file that cannot be loaded, and one whose afterAll fails, count as a failure", () => {
  const tally = countVitest(false, vitestFile("failed"), vitestFile("failed", "passed"));
  expect(tally).toMatchObject({ passed: 1, failed: 2 });
});

test("a run that failed for another reason, or left no report, is never free of failures", () => {
  expect(countVitest(false, vitestFile("passed", "passed"))).toMatchObject({ passed: 1, failed: 1 });
  expect(vitestTally(path.join(path.dirname(file), "none.json"), true)).toMatchObject({
    passed: 0,
    failed: 1,
  });
  expect(countPlaywright(false, { expected: 3 })).toMatchObject({ passed: 3, failed: 1 });
});

test("Playwright's errors outside of tests count as failures, its second tries that passed do not", () => {
  expect(countPlaywright(true, { expected: 3, flaky: 1 })).toMatchObject({ passed: 4, failed: 0 });
  expect(countPlaywright(false, { expected: 3, unexpected: 2 }, [{}])).toMatchObject({
    passed: 3,
    failed: 3,
  });
});

test("what failed is named, with the first line of why", () => {
  const name = path.resolve("server/a.test.ts");
  const failed = {
    status: "failed",
    fullName: "a door opens",
    failureMessages: ["it is shut\nat door.ts:1"],
  };
  fs.writeFileSync(
    file,
    JSON.stringify({
      testResults: [
        { name, status: "failed", assertionResults: [failed] },
        { name, status: "failed", message: "no such import", assertionResults: [] },
      ],
    }),
  );
  expect(vitestTally(file, false).failures).toEqual([
    "server/a.test.ts › a door opens: it is shut",
    "server/a.test.ts: no such import",
  ]);
  const specs = [
    { title: "a page opens", ok: false, file: "a.spec.ts", line: 3 },
    { title: "a page shuts", ok: true, file: "a.spec.ts", line: 9 },
  ];
  const stats = { expected: 1, unexpected: 1, flaky: 0 };
  fs.writeFileSync(file, JSON.stringify({ stats, errors: [], suites: [{ suites: [{ specs }] }] }));
  expect(playwrightTally(file, false).failures).toEqual(["a.spec.ts:3 › a page opens"]);
});

test("what passed only when tried again is named", () => {
  fs.writeFileSync(file, JSON.stringify({ testResults: [vitestFile("passed", "passed")] }));
  fs.writeFileSync(secondTriesFile(file), JSON.stringify(["server/a.test.ts › a door opens"]));
  expect(vitestTally(file, true)).toMatchObject({
    failed: 0,
    secondTries: ["server/a.test.ts › a door opens"],
  });
  const specs = [
    { title: "a page opens", ok: true, file: "a.spec.ts", line: 3, tests: [{ status: "flaky" }] },
  ];
  const stats = { expected: 0, unexpected: 0, flaky: 1 };
  fs.writeFileSync(file, JSON.stringify({ stats, errors: [], suites: [{ specs }] }));
  expect(playwrightTally(file, true)).toMatchObject({
    failed: 0,
    secondTries: ["a.spec.ts:3 › a page opens"],
  });
});
