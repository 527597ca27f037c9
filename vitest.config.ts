import { defineConfig } from "vitest/config";

const TIDY = "server/test/tidy.test.ts";

export default defineConfig({
  test: {
    pool: "forks",
    reporters: process.env.ASTRA_TEST_REPORT
      ? ["default", ["json", { outputFile: process.env.ASTRA_TEST_REPORT }]]
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
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
