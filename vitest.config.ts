import os from "node:os";

import { defineConfig } from "vitest/config";
import type { ProjectConfig } from "vitest/node";

import { secondTriesFile } from "./server/dev/test-reports.ts";
import { SecondTries } from "./server/test/second-tries.ts";

const TIDY = "server/test/tidy.test.ts";
// What these look at is how long something takes: nothing else runs beside them.
const ALONE = ["server/test/faults/**/*.test.ts", "server/webhooks/slots.test.ts"];
const MOST_WORKERS = 4;
const report = process.env.ASTRA_TEST_REPORT;

const withServices = {
  setupFiles: "server/test/setup.ts",
  // It imports "next/server" without an extension, which Vite resolves and Node does not.
  server: { deps: { inline: ["next-auth"] } },
  // A machine that is busy with much else may miss a deadline once; `npm test` names what needs its second try.
  retry: 1,
  testTimeout: 60_000,
  hookTimeout: 120_000,
} satisfies ProjectConfig;

export default defineConfig({
  test: {
    pool: "forks",
    // One for each core; each has a PostgreSQL and a Redis of its own, see server/test/global-setup.ts.
    maxWorkers: Math.min(os.availableParallelism(), MOST_WORKERS),
    globalSetup: "server/test/global-setup.ts",
    reporters: report
      ? ["default", ["json", { outputFile: report }], new SecondTries(secondTriesFile(report))]
      : ["default"],
    projects: [
      // Reads the sources only; `npm run check` runs it without any service.
      { test: { name: "tidy", include: [TIDY] } },
      {
        test: {
          ...withServices,
          name: "server",
          include: ["{server,workers,prisma,app}/**/*.test.{ts,tsx}"],
          exclude: [TIDY, ...ALONE, "**/node_modules/**", "prisma/generated/**"],
        },
      },
      {
        test: { ...withServices, name: "faults", include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
