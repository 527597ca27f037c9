import { expect, test } from "vitest";
import { localPath } from "./local-path.ts";

test.each([
  ["/", "/"],
  ["/acme/projects?page=2#top", "/acme/projects?page=2#top"],
  ["/acme/../beta", "/beta"],
])("localPath keeps %j", (given, path) => {
  expect(localPath(given)).toBe(path);
});

test.each([
  undefined,
  null,
  ["/a"],
  "",
  "acme",
  "https://evil.example",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/.//evil.example",
  "/a/..//evil.example",
  "javascript:alert(1)",
  `/${"a".repeat(1_000)}`,
])("localPath refuses %j", (given) => {
  expect(localPath(given)).toBeNull();
});
