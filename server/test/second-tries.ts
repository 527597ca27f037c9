import fs from "node:fs";
import path from "node:path";

import type { Reporter, TestCase } from "vitest/node";

/** Notes in a file which tests passed only when they were tried again: a name each, as JSON. */
export class SecondTries implements Reporter {
  readonly #file: string;
  readonly #names: string[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  onTestCaseResult(test: TestCase): void {
    if (!test.diagnostic()?.flaky) return;
    this.#names.push(`${path.relative(process.cwd(), test.module.moduleId)} › ${test.fullName}`);
  }

  onTestRunEnd(): void {
    fs.writeFileSync(this.#file, JSON.stringify(this.#names));
  }
}
