import fs from "node:fs";
import path from "node:path";

import { z } from "zod";

/** How many tests passed and failed; skipped ones are in neither. */
export interface Tally {
  passed: number;
  failed: number;
  /** What failed, by name, each with the first line of why. */
  failures: string[];
  /** What passed only when tried again, by name. */
  secondTries: string[];
}

const VitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string().default("a file"),
      status: z.string(),
      message: z.string().default(""),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string().default("a test"),
          failureMessages: z.array(z.string()).default([]),
        }),
      ),
    }),
  ),
});
type VitestFile = z.infer<typeof VitestReport>["testResults"][number];

const PlaywrightSpec = z.object({
  title: z.string(),
  ok: z.boolean(),
  file: z.string(),
  line: z.number(),
  tests: z.array(z.object({ status: z.string() })).default([]),
});
type PlaywrightSpec = z.infer<typeof PlaywrightSpec>;

interface PlaywrightSuite {
  specs?: PlaywrightSpec[];
  suites?: PlaywrightSuite[];
}
const PlaywrightSuite: z.ZodType<PlaywrightSuite> = z.object({
  specs: z.array(PlaywrightSpec).optional(),
  get suites() {
    return z.array(PlaywrightSuite).optional();
  },
});

const PlaywrightReport = z.object({
  suites: z.array(PlaywrightSuite).default([]),
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
  errors: z.array(z.unknown()),
});

/** Counts a report of Vitest. `ok` is what its exit code said: a run that failed never counts as free of failures. */
export function vitestTally(file: string, ok: boolean): Tally {
  const report = readReport(file, VitestReport);
  if (!report) return atLeastOneFailure(emptyTally(), false, "Vitest left no report");
  const tally = addTallies(report.testResults.map(vitestFileTally));
  const secondTries = readReport(secondTriesFile(file), z.array(z.string())) ?? [];
  return atLeastOneFailure({ ...tally, secondTries }, ok, "Vitest itself");
}

/** Where a run of Vitest notes what passed only when tried again, beside its report. */
export function secondTriesFile(report: string): string {
  return `${report}.second-tries`;
}

function vitestFileTally({ name, status, message, assertionResults }: VitestFile): Tally {
  const file = path.relative(process.cwd(), name);
  const failures = assertionResults
    .filter((test) => test.status === "failed")
    .map((test) => named(`${file} › ${test.fullName}`, test.failureMessages[0] ?? ""));
  const passed = assertionResults.filter((test) => test.status === "passed").length;
  // A file that cannot be loaded, or whose afterAll fails, has no failed test of its own.
  return atLeastOneFailure(
    { passed, failed: failures.length, failures, secondTries: [] },
    status !== "failed",
    named(file, message),
  );
}

/** Counts a report of Playwright; a test that passed when tried again counts as passed, and Playwright names it at the end. */
export function playwrightTally(file: string, ok: boolean): Tally {
  const report = readReport(file, PlaywrightReport);
  if (!report) return atLeastOneFailure(emptyTally(), false, "Playwright left no report");
  const { expected, unexpected, flaky } = report.stats;
  const specs = report.suites.flatMap(specsOf);
  const tally = {
    passed: expected + flaky,
    failed: unexpected + report.errors.length,
    failures: specs.filter(({ ok: passed }) => !passed).map(specName),
    secondTries: specs.filter(({ tests }) => tests.some(({ status }) => status === "flaky")).map(specName),
  };
  return atLeastOneFailure(tally, ok, "Playwright itself");
}

function specsOf({ specs = [], suites = [] }: PlaywrightSuite): PlaywrightSpec[] {
  return [...specs, ...suites.flatMap(specsOf)];
}

function specName({ file, line, title }: PlaywrightSpec): string {
  return `${file}:${line} › ${title}`;
}

/** The sum of several counts. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  return {
    passed: sum((tally) => tally.passed),
    failed: sum((tally) => tally.failed),
    failures: tallies.flatMap((tally) => tally.failures),
    secondTries: tallies.flatMap((tally) => tally.secondTries),
  };
}

function emptyTally(): Tally {
  return { passed: 0, failed: 0, failures: [], secondTries: [] };
}

function atLeastOneFailure(tally: Tally, ok: boolean, name: string): Tally {
  return ok || tally.failed > 0 ? tally : { ...tally, failed: 1, failures: [name] };
}

function named(name: string, why: string): string {
  const line = why.split("\n", 1)[0] ?? "";
  return line === "" ? name : `${name}: ${line}`;
}

function readReport<Report>(file: string, schema: z.ZodType<Report>): Report | undefined {
  if (!fs.existsSync(file)) return undefined;
  return schema.parse(JSON.parse(fs.readFileSync(file, "utf8")));
}
