import fs from "node:fs";
import path from "node:path";

import { expect, test } from "vitest";

import { Environment, parseEnvironment } from "./env.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const COMPOSE_ONLY = [
  "POSTGRES_PASSWORD",
  "DATABASE_OWNER_PASSWORD",
  "DATABASE_APP_PASSWORD",
  "DATABASE_PLATFORM_PASSWORD",
];
const LAUNCHER_ONLY = ["ASTRA_DATA_DIR", "CHROMIUM_PATH"];
const SECRET = "0123456789abcdef0123456789abcdef";

function documentedVariables(): Map<string, string> {
  const text = fs.readFileSync(path.join(ROOT, ".env.example"), "utf8");
  const found = [...text.matchAll(/^#?([A-Z][A-Z0-9_]*)=(.*)$/gm)];
  return new Map(found.map(([, name = "", value = ""]) => [name, value]));
}

test(".env.example documents every variable that Astra reads, and no other", () => {
  const known = [...Object.keys(Environment.shape), ...COMPOSE_ONLY, ...LAUNCHER_ONLY];
  expect([...documentedVariables().keys()].toSorted()).toEqual(known.toSorted());
});

test("the values in .env.example are valid once the secrets are filled in", () => {
  const documented = Object.fromEntries(documentedVariables());
  const filled = { ...documented, TENANT_KEY_SECRET: SECRET, AUTH_SECRET: SECRET };
  expect(parseEnvironment(filled)).toMatchObject({ PORT: 3000, TRUSTED_PROXY_HOPS: 0, LOG_LEVEL: "info" });
});

test("parseEnvironment names everything that is missing or wrong at once, and no value", () => {
  const wrong = { DATABASE_APP_URL: "mysql://secret-host/x", AUTH_SECRET: "too-short", PORT: "70000" };
  const parse = () => parseEnvironment(wrong);
  const names = [
    "DATABASE_APP_URL",
    "DATABASE_PLATFORM_URL",
    "REDIS_URL",
    "TENANT_KEY_SECRET",
    "AUTH_SECRET",
  ];
  for (const name of [...names, "PUBLIC_URL", "SMTP_URL", "PORT"]) expect(parse).toThrow(name);
  for (const value of ["secret-host", "too-short", "70000"]) {
    expect(parse).not.toThrow(value);
  }
});

test("parseEnvironment takes an empty variable for a missing one", () => {
  expect(() => parseEnvironment({ REDIS_URL: "" })).toThrow("REDIS_URL: is missing");
});
