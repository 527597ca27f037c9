import fs from "node:fs";

import { z } from "zod";

/** How many tests passed and failed; skipped ones are in neither. */
export interface Tally {
  passed: number;
  failed: number;
}

const VitestReport = z.object({
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

const PlaywrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
  errors: z.array(z.unknown()),
});

/** Counts a report of Vitest. `ok` is what its exit code said: a run that failed never counts as free of failures. */
export function vitestTally(file: string, ok: boolean): Tally {
  const report = readReport(file, VitestReport);
  if (!report) return atLeastOneFailure({ passed: 0, failed: 0 }, false);
  const files = report.testResults.map(({ status, assertionResults }) => {
    const count = (wanted: string) => assertionResults.filter((test) => test.status === wanted).length;
    // A file that cannot be loaded, or whose afterAll fails, has no failed test of its own.
    return atLeastOneFailure({ passed: count("passed"), failed: count("failed") }, status !== "failed");
  });
  return atLeastOneFailure(addTallies(files), ok);
}

/** Counts a report of Playwright; a test that passed when tried again counts as passed, and Playwright names it at the end. */
export function playwrightTally(file: string, ok: boolean): Tally {
  const report = readReport(file, PlaywrightReport);
  if (!report) return atLeastOneFailure({ passed: 0, failed: 0 }, false);
  const { expected, unexpected, flaky } = report.stats;
  const tally = { passed: expected + flaky, failed: unexpected + report.errors.length };
  return atLeastOneFailure(tally, ok);
}

/** The sum of several counts. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  return { passed: sum((tally) => tally.passed), failed: sum((tally) => tally.failed) };
}

function atLeastOneFailure(tally: Tally, ok: boolean): Tally {
  return ok || tally.failed > 0 ? tally : { ...tally, failed: 1 };
}

function readReport<Report>(file: string, schema: z.ZodType<Report>): Report | undefined {
  if (!fs.existsSync(file)) return undefined;
  return schema.parse(JSON.parse(fs.readFileSync(file, "utf8")));
}
