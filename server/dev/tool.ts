import path from "node:path";

import { isClosing, startChild } from "./embedded/children.ts";
import { ROOT } from "./checkout.ts";

export interface ToolResult {
  ok: boolean;
  output: string;
  ms: number;
}

export interface ToolOptions {
  env?: NodeJS.Dict<string>;
  /** Also shows the output while it comes. */
  show?: boolean;
}

/** Runs a program of node_modules/.bin to its end, on this very Node. */
export function runTool(
  name: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<ToolResult> {
  return runNode(path.join(ROOT, "node_modules/.bin", name), args, options);
}

/** Runs a script of ours or of a package to its end, on this very Node. */
export async function runNode(
  script: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<ToolResult> {
  const from = performance.now();
  const chunks: string[] = [];
  const child = startChild({
    name: path.basename(script),
    command: process.execPath,
    args: [script, ...args],
    cwd: ROOT,
    env: options.env,
    output: (chunk) => {
      chunks.push(chunk);
      if (options.show) process.stdout.write(chunk);
    },
  });
  const how = await child.ended;
  if (isClosing()) throw new Error(`${path.basename(script)} was stopped.`);
  return { ok: how === "exit code 0", output: chunks.join(""), ms: performance.now() - from };
}
