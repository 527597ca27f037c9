import path from "node:path";

import { ROOT } from "./checkout.ts";
import type { Tally } from "./test-reports.ts";
import { runNode, runTool, type ToolResult } from "./tool.ts";

interface Check {
  name: string;
  run: () => Promise<ToolResult>;
}

const CHECKS: readonly Check[] = [
  { name: "types", run: checkTypes },
  { name: "unused", run: () => runTool("knip", ["--no-progress"]) },
  { name: "lint", run: () => runTool("oxlint", ["--deny-warnings"]) },
  { name: "format", run: () => runTool("oxfmt", ["--check"]) },
  { name: "lockfile", run: () => runNode(path.join(ROOT, "server/dev/complete-lock.mjs"), ["--check"]) },
  { name: "tidy", run: () => runTool("vitest", ["run", "--project", "tidy"]) },
];

/** Runs all checks at once, prints one line each and the output of those that fail. */
export async function runChecks(): Promise<Tally> {
  const results = await Promise.all(
    CHECKS.map(async ({ name, run }) => {
      const result = await run();
      const seconds = (result.ms / 1000).toFixed(1);
      process.stdout.write(
        `${result.ok ? "✓" : "✗"} ${name} (${seconds} s)\n${result.ok ? "" : result.output}\n`,
      );
      return { name, ok: result.ok };
    }),
  );
  const failures = results.filter(({ ok }) => !ok).map(({ name }) => `the check of ${name}`);
  return { passed: results.length - failures.length, failed: failures.length, failures, secondTries: [] };
}

// Routes are typed by generated files, which a fresh clone does not have yet.
async function checkTypes(): Promise<ToolResult> {
  const routes = await runTool("next", ["typegen"]);
  if (!routes.ok) return routes;
  const types = await runTool("tsc", ["--noEmit", "--incremental", "false"]);
  return { ...types, ms: routes.ms + types.ms };
}
