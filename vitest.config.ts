import { defineConfig } from "vitest/config";

import { secondTriesFile } from "./server/dev/test-reports.ts";
import { SecondTries } from "./server/test/second-tries.ts";

const TIDY = "server/test/tidy.test.ts";
const report = process.env.ASTRA_TEST_REPORT;

export default defineConfig({
  test: {
    pool: "forks",
    // One file after the other, however many cores there are: a transaction that one leaves open holds up the seals
    // and numbers of all databases of the server.
    maxWorkers: 1,
    reporters: report
      ? ["default", ["json", { outputFile: report }], new SecondTries(secondTriesFile(report))]
      : ["default"],
    projects: [
      // Reads the sources only; `npm run check` runs it without any service.
      { test: { name: "tidy", include: [TIDY] } },
      {
        test: {
          name: "server",
          include: ["{server,workers,prisma,app}/**/*.test.{ts,tsx}"],
          exclude: [TIDY, "**/node_modules/**", "prisma/generated/**"],
          globalSetup: "server/test/global-setup.ts",
          setupFiles: "server/test/setup.ts",
          // It imports "next/server" without an extension, which Vite resolves and Node does not.
          server: { deps: { inline: ["next-auth"] } },
          // A machine that is busy with much else may miss a deadline once; `npm test` names what needs its second try.
          retry: 1,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
