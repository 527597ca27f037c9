import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync, visitorKeys, type Program } from "oxc-parser";

export const root = path.join(import.meta.dirname, "../..");

export type Source = { file: string; text: string; lines: number; program: Program };

/** Every file that git knows or would take, by its path from the top. */
export function projectFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  });
  return listed
    .toString()
    .split("\n")
    .filter((file) => file !== "" && existsSync(path.join(root, file)));
}

/** Every TypeScript source, parsed. */
export function parsedSources(): Source[] {
  return projectFiles()
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => {
      const text = readFileSync(path.join(root, file), "utf8");
      return { file, text, lines: text.split("\n").length - 1, program: parseSync(file, text).program };
    });
}

/** A node of the syntax tree, as far as these rules look. */
export type Syntax = { type: string; start: number; end: number } & Record<string, unknown>;

/** Calls `visit` for every node below `node`, with its parent. */
export function walk(
  node: Syntax,
  visit: (node: Syntax, parent: Syntax | undefined) => void,
  parent?: Syntax,
): void {
  visit(node, parent);
  for (const key of visitorKeys[node.type] ?? []) {
    const value = node[key];
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isSyntax(child)) walk(child, visit, node);
    }
  }
}

function isSyntax(value: unknown): value is Syntax {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** Line of an offset, from 1. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** Turns an import into a path from the top; packages come back as they are. */
export function resolved(from: string, specifier: string): string {
  if (specifier.startsWith("#")) return specifier.slice(1);
  if (!specifier.startsWith(".")) return specifier;
  return path.posix.normalize(path.posix.join(path.posix.dirname(from), specifier));
}
