import { defineConfig, devices } from "@playwright/test";

import { CACHE_DIR } from "./server/dev/checkout.ts";
import { type Chromium, findChromium } from "./server/dev/embedded/chromium.ts";

// `npm test` has looked for the browser already; `playwright test` against a running Astra looks itself.
const chromium = process.env.ASTRA_CHROMIUM
  ? (JSON.parse(process.env.ASTRA_CHROMIUM) as Chromium)
  : await findChromium(CACHE_DIR);
const report = process.env.ASTRA_TEST_REPORT;

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  workers: 2,
  fullyParallel: true,
  // Reached only on a machine that is busy with much else.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  // A machine that is busy with much else may miss a deadline once; what needs its second try is named at the end.
  retries: 1,
  reporter: report ? [["list"], ["json", { outputFile: report }]] : [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    baseURL: process.env.ASTRA_URL || "http://127.0.0.1:3000",
    // What moves is measured in the middle of its way, and axe sees colours that nobody reads; motion has its own test.
    contextOptions: { reducedMotion: "reduce" },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      ...(chromium.executablePath ? { executablePath: chromium.executablePath } : {}),
      args: chromium.args,
      env: { ...process.env, ...chromium.env },
    },
  },
});
