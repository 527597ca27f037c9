// `npm test`: checks, unit and integration tests, a build, and browser tests against it; nothing is left behind.
// `npm test -- --only check|unit|e2e [filter…]` runs a part.
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { type Login, prepareDatabase, seedDemo, startApplication } from "./application.ts";
import { buildWeb } from "./build.ts";
import { CACHE_DIR, ROOT } from "./checkout.ts";
import { runChecks } from "./checks.ts";
import { isClosing } from "./embedded/children.ts";
import { findChromium } from "./embedded/chromium.ts";
import { freePort } from "./embedded/ports.ts";
import { runProgram } from "./program.ts";
import { makeScratchDir, removeDir } from "./scratch-dir.ts";
import { type Services, startServices } from "./services.ts";
import { addTallies, playwrightTally, type Tally, vitestTally } from "./test-reports.ts";
import { runTool } from "./tool.ts";

const PHASES = ["check", "unit", "e2e"] as const;
type Phase = (typeof PHASES)[number];

interface Run {
  scratchDir: string;
  filters: string[];
}

const PHASE_RUNNERS: Record<Phase, (run: Run) => Promise<Tally>> = {
  check: runChecks,
  unit: runUnitTests,
  e2e: runBrowserTests,
};
// Beside `.next`, so that a started Astra keeps its own build.
const DIST_DIR = ".next-test";

async function runTests(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { only: { type: "string" } },
    allowPositionals: true,
  });
  const phases = PHASES.filter((phase) => values.only === undefined || values.only === phase);
  if (phases.length === 0) throw new Error(`--only takes one of ${PHASES.join(", ")}.`);
  const scratchDir = makeScratchDir("astra-test");
  process.once("exit", () => removeDir(scratchDir));
  // What children and libraries leave in the temporary folder goes with ours.
  process.env.TMPDIR = scratchDir;
  const tallies: Tally[] = [];
  for (const phase of phases) {
    process.stdout.write(`\n━━ ${phase} ${"━".repeat(60 - phase.length)}\n\n`);
    tallies.push(await runPhase(phase, { scratchDir, filters: positionals }));
  }
  const { passed, failed, failures, secondTries } = addTallies(tallies);
  // Once more at the end, where whoever sees only the last lines finds them.
  for (const name of secondTries) process.stdout.write(`\n! passed only when tried again: ${name}`);
  for (const failure of failures) process.stdout.write(`\n✗ ${failure}`);
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

async function runPhase(phase: Phase, run: Run): Promise<Tally> {
  try {
    const tally = await PHASE_RUNNERS[phase](run);
    if (tally.passed + tally.failed > 0) return tally;
    process.stdout.write(`Nothing ran in "${phase}".\n`);
  } catch (error) {
    if (isClosing()) throw error;
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
  return { passed: 0, failed: 1, failures: [`the whole of "${phase}"`], secondTries: [] };
}

async function runUnitTests({ scratchDir, filters }: Run): Promise<Tally> {
  const report = path.join(scratchDir, "vitest.json");
  const result = await runTool("vitest", ["run", "--project", "server", "--project", "faults", ...filters], {
    env: { ASTRA_TEST_REPORT: report },
    show: true,
  });
  return vitestTally(report, result.ok);
}

async function runBrowserTests({ scratchDir, filters }: Run): Promise<Tally> {
  const dataDir = path.join(scratchDir, "e2e");
  fs.mkdirSync(dataDir, { mode: 0o711 });
  const services = await startServices({ dataDir, durable: false, given: {} });
  try {
    process.stdout.write("Building, and filling a database …\n");
    const [logins] = await Promise.all([filledDatabase(services), buildWeb(DIST_DIR)]);
    const port = await freePort();
    const application = await startApplication({
      services,
      port,
      mode: "start",
      distDir: DIST_DIR,
      given: {},
    });
    const report = path.join(scratchDir, "playwright.json");
    const result = await runTool("playwright", ["test", ...filters], {
      env: {
        ASTRA_URL: application.url,
        ASTRA_MAIL_URL: application.mailUrl,
        // For tests that do to the database what nobody can do through Astra.
        ASTRA_DATABASE_URL: services.env.DATABASE_URL,
        ASTRA_LOGINS: JSON.stringify(logins),
        ASTRA_CHROMIUM: JSON.stringify(await findChromium(CACHE_DIR)),
        ASTRA_TEST_REPORT: report,
      },
      show: true,
    });
    // Pictures and traces of failures stay for whoever mends them.
    if (result.ok) removeDir(path.join(ROOT, "test-results"));
    // One more for the build, which a failure would have kept from coming this far.
    return addTallies([
      { passed: 1, failed: 0, failures: [], secondTries: [] },
      playwrightTally(report, result.ok),
    ]);
  } finally {
    await services.stop();
  }
}

async function filledDatabase(services: Services): Promise<Login[]> {
  await prepareDatabase(services);
  return seedDemo(services);
}

await runProgram(runTests);
