import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  lineOf,
  parsedSources,
  projectFiles,
  resolved,
  root,
  walk,
  type Source,
  type Syntax,
} from "./sources.ts";

const sources = parsedSources();
const files = projectFiles();

const fileLinesMax = 400;
const functionLinesMax = 70;
const componentLinesMax = 150;

type Import = { file: string; target: string; typeOnly: boolean };

function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  walk(source.program as unknown as Syntax, (node) => {
    const from = node.source as { value?: unknown } | null | undefined;
    if (typeof from?.value !== "string") return;
    const kind = node.importKind ?? node.exportKind;
    const specifiers = (node.specifiers ?? []) as { importKind?: string }[];
    const allTypes =
      specifiers.length > 0 && specifiers.every((specifier) => specifier.importKind === "type");
    found.push({
      file: source.file,
      target: resolved(source.file, from.value),
      typeOnly: kind === "type" || allTypes,
    });
  });
  return found;
}

const imports = sources.flatMap(importsOf);
const isTest = (file: string) =>
  /\.test\.tsx?$/.test(file) || file.startsWith("server/test/") || file.startsWith("e2e/");
const folderOf = (file: string) => /^server\/([^/]+)\//.exec(file)?.[1];

/** What a folder of the server may import beside packages, itself and the generated clients. */
const zones: Record<string, string[]> = {
  platform: [],
  tenancy: ["platform"],
  plans: ["platform", "tenancy"],
  access: ["platform", "tenancy", "plans"],
  jobs: ["platform", "tenancy", "access", "fleet"],
  fleet: ["platform", "tenancy", "access", "jobs"],
  audit: ["platform", "tenancy", "plans", "access", "jobs", "fleet", "events", "search", "notifications"],
  mail: ["platform", "tenancy", "access", "jobs"],
  events: ["platform", "tenancy", "access", "jobs"],
};
const infrastructure = ["platform", "tenancy", "access", "jobs", "fleet", "audit", "events"];
const apparatus = ["dev", "cli", "bench", "test"];

describe("imports", () => {
  test("app imports server, workers import server, and neither is imported by it", () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        (file.startsWith("server/") && !isTest(file) && /^(app|workers)\//.test(target)) ||
        (file.startsWith("app/") && target.startsWith("workers/")) ||
        (file.startsWith("workers/") && /^app\/|^server\/api\/|\/router\.ts$/.test(target)),
    );
    expect(wrong).toEqual([]);
  });

  test("lower folders of the server do not know the higher ones", () => {
    const wrong = imports.filter(({ file, target }) => {
      const from = folderOf(file);
      const to = folderOf(target);
      if (!from || !to || from === to || isTest(file) || apparatus.includes(from) || from === "api")
        return false;
      if (apparatus.includes(to)) return true;
      if (to === "api") return !file.endsWith("/router.ts");
      const allowed = zones[from];
      return allowed ? !allowed.includes(to) : false;
    });
    expect(wrong).toEqual([]);
  });

  test("features reach other features only through verbs, schemas and types, never through their routers", () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        target.endsWith("/router.ts") &&
        file !== "server/api/root.ts" &&
        !isTest(file) &&
        folderOf(target) !== folderOf(file),
    );
    expect(wrong).toEqual([]);
    expect(infrastructure.every((folder) => existsSync(path.join(root, "server", folder)))).toBe(true);
  });

  test("browser code takes values from server/*/schema.ts alone", () => {
    const client = new Set(
      sources.filter(({ text }) => /^\s*["']use client["']/.test(text)).map(({ file }) => file),
    );
    const wrong = imports.filter(
      ({ file, target, typeOnly }) =>
        client.has(file) &&
        !typeOnly &&
        /^(server|prisma|workers)\//.test(target) &&
        !/^server\/[^/]+\/schema\.ts$/.test(target),
    );
    expect(wrong).toEqual([]);
  });
});

describe("files", () => {
  test("no file is longer than 400 lines", () => {
    expect(
      sources.filter(({ lines }) => lines > fileLinesMax).map(({ file, lines }) => `${file} ${lines}`),
    ).toEqual([]);
  });

  test("names are kebab-case, and none is a place for anything", () => {
    const banned = /(^|\/)(utils?|helpers?|common|lib|services?|repositories|misc)(\/|\.tsx?$)/;
    const word =
      /^(?:\.?[a-z0-9]+(?:[-.][a-z0-9]+)*|_[a-z0-9-]+|\([a-z-]+\)|\[{1,2}(?:\.{3})?[a-zA-Z]+\]{1,2})(?:\.[a-z0-9]+)*$/;
    const ours = files.filter((file) => /^(app|server|workers|e2e|prisma)\//.test(file));
    // server/dev/services.ts speaks of the services that it starts, not of a kind of code.
    const odd = ours.filter(
      (file) =>
        (banned.test(file) && file !== "server/dev/services.ts") ||
        !file
          .split("/")
          .every(
            (part) =>
              word.test(part) ||
              part === "README.md" ||
              /^\d{4}_[a-z0-9_]+\.sql$/.test(part) ||
              part === "__snapshots__",
          ),
    );
    expect(odd).toEqual([]);
  });

  test("no two migrations of a part have the same number", () => {
    const numbers = files
      .map((file) => /^prisma\/\w+\/migrations\/\d{4}(?=_)/.exec(file)?.[0])
      .filter((number) => number !== undefined);
    expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([]);
  });

  test("no barrel files", () => {
    const barrels = sources.filter(
      ({ file, program }) =>
        /\/index\.tsx?$/.test(file) || program.body.some((node) => node.type === "ExportAllDeclaration"),
    );
    expect(barrels.map(({ file }) => file)).toEqual([]);
  });

  test("the top level is the one that was agreed on", () => {
    const allowed = new Set([
      "app",
      "server",
      "prisma",
      "workers",
      "e2e",
      "public",
      "deploy",
      "next.config.js",
      "package.json",
      "package-lock.json",
      "tsconfig.json",
      "docker-compose.yml",
      "Dockerfile",
      "README.md",
      "LICENSE",
      "instrumentation.ts",
      "proxy.ts",
      "vitest.config.ts",
      "playwright.config.ts",
      "knip.json",
    ]);
    const top = new Set(files.map((file) => file.split("/")[0] as string));
    expect([...top].filter((name) => !name.startsWith(".") && !allowed.has(name))).toEqual([]);
  });

  test("every path that the README names exists", () => {
    const readme = existsSync(path.join(root, "README.md"))
      ? readFileSync(path.join(root, "README.md"), "utf8")
      : "";
    const named = [
      ...readme.matchAll(/[`(]((?:app|server|prisma|workers|e2e|public|deploy)\/[\w.()[\]/-]*[\w\])])[`)]/g),
    ];
    const missing = named
      .map((match) => match[1] as string)
      .filter((file) => !existsSync(path.join(root, file)));
    expect(missing).toEqual([]);
  });
});

type Sized = { file: string; name: string; lines: number; max: number };

function functionsOf(source: Source): Sized[] {
  const found: Sized[] = [];
  walk(source.program as unknown as Syntax, (node, parent) => {
    if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return;
    const own = node.id as { name?: string } | null | undefined;
    const given = (parent?.id ?? parent?.key) as { name?: string } | null | undefined;
    const name = own?.name ?? given?.name ?? "(anonymous)";
    const lines = lineOf(source.text, node.end) - lineOf(source.text, node.start) + 1;
    const component = source.file.endsWith(".tsx") && /^[A-Z]/.test(name);
    const suite = isTest(source.file) && parent?.type === "CallExpression";
    if (!suite)
      found.push({ file: source.file, name, lines, max: component ? componentLinesMax : functionLinesMax });
  });
  return found;
}

describe("functions", () => {
  test("none is longer than 70 lines, no component longer than 150", () => {
    const long = sources.flatMap(functionsOf).filter(({ lines, max }) => lines > max);
    expect(long.map(({ file, name, lines }) => `${file} ${name} ${lines}`)).toEqual([]);
  });

  test("what a folder of the server exports says what it does", () => {
    const silent = sources
      .filter(({ file }) => file.startsWith("server/") && !isTest(file) && !file.endsWith("/router.ts"))
      .flatMap(({ file, text, program }) =>
        program.body
          .filter(
            (node) =>
              node.type === "ExportNamedDeclaration" && node.declaration?.type === "FunctionDeclaration",
          )
          // Overloads share the words of the first.
          .filter(
            (node) => !/\*\/\s*$/.test(text.slice(0, node.start)) && !/;\s*$/.test(text.slice(0, node.start)),
          )
          .map((node) => `${file}:${lineOf(text, node.start)}`),
      );
    expect(silent).toEqual([]);
  });
});

describe("rules", () => {
  test("process.env is read in one file, and where processes are started", () => {
    const allowed = /^server\/platform\/env\.ts$|^server\/(dev|test|bench)\/|\.config\.[jt]s$|^e2e\//;
    const readers = sources
      .filter(
        ({ file, text }) =>
          !allowed.test(file) && !isTest(file) && /process\.env\b(?!\.NEXT_RUNTIME)/.test(text),
      )
      .map(({ file }) => file);
    expect(readers).toEqual([]);
  });

  test("no test is skipped, none runs alone, nothing is left to do", () => {
    const mark = new RegExp(
      `\\b(test|it|describe)\\.(skip|only|todo)\\b|\\b(${["TO", "FIX"].join("DO|")}ME|XXX|HACK)\\b|@ts-(ignore|nocheck)`,
    );
    const marked = sources.filter(({ file, text }) => file !== "server/test/tidy.test.ts" && mark.test(text));
    expect(marked.map(({ file }) => file)).toEqual([]);
  });

  test("tenant schemas are named in SQL only where the name was checked", () => {
    const builders = sources
      .filter(
        ({ file }) =>
          file.startsWith("server/") && !isTest(file) && !apparatus.includes(folderOf(file) ?? ""),
      )
      .filter(({ text }) => /SET LOCAL search_path|CREATE SCHEMA "\$|DROP SCHEMA/.test(text))
      .filter(({ text }) => !text.includes("checkedSchemaName"));
    expect(builders.map(({ file }) => file)).toEqual([]);
  });
});
