import { expect, test } from "vitest";
import { parsedSources, walk, type Syntax } from "../test/sources.ts";
import { internalReasons, reasons } from "./reasons.ts";

const literals = new Set<string>();
for (const { file, program, text } of parsedSources()) {
  if (!/^(server|workers)\//.test(file) || /\.test\.ts$|^server\/(test|dev|bench|client)\//.test(file))
    continue;
  if (file === "server/platform/reasons.ts") continue;
  walk(program as unknown as Syntax, (node) => {
    if (node.type === "Literal" && typeof node.value === "string") literals.add(node.value);
    // A reason that is put together from a kind: `api_key_${kind}`.
    if (node.type === "TemplateLiteral" && /`[a-z_]+\$\{/.test(text.slice(node.start, node.end)))
      literals.add(text.slice(node.start + 1, text.indexOf("$", node.start)));
  });
}

test("every reason that is listed is still given by something", () => {
  const given = (reason: string) =>
    literals.has(reason) || [...literals].some((one) => one.endsWith("_") && reason.startsWith(one));
  expect([...reasons, ...internalReasons].filter((reason) => !given(reason))).toEqual([]);
});

test("reasons are words for programs, each listed once", () => {
  const all = [...reasons, ...internalReasons];
  expect(new Set(all).size).toBe(all.length);
  expect(all.filter((reason) => !/^[a-z][a-z_]*[a-z]$/.test(reason))).toEqual([]);
});
