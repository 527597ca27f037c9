import { randomUUID } from "node:crypto";
import superjson from "superjson";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tenancy } from "../tenancy/kernel.ts";
import { buildOrganization, closeConnections, type TestOrganization } from "../test/factories.ts";
import { answerTrpc } from "./http.ts";

const own = "http://127.0.0.1:3000";
let organization: TestOrganization;

beforeAll(async () => {
  organization = await buildOrganization();
});
afterAll(closeConnections);

type Sent = { method?: string; body?: string; headers?: Record<string, string>; organization?: string };

/** Sends one request through the HTTP door as the organization's owner. */
async function send(
  path: string,
  sent: Sent = {},
): Promise<{ status: number; data: Record<string, unknown> }> {
  const slug = sent.organization ?? organization.slug;
  const request = new Request(`${own}/api/trpc/${slug}/${path}`, {
    method: sent.method ?? "POST",
    headers: { "content-type": "application/json", ...sent.headers },
    ...(sent.body === undefined ? {} : { body: sent.body }),
  });
  const response = await answerTrpc(request, {
    organization: slug,
    info: { id: randomUUID(), ip: "192.0.2.7", userAgent: null },
    findSession: async () => ({ ...organization.owner, sessionId: randomUUID(), emailConfirmed: true }),
  });
  const answer = (await response.json()) as { error?: { json: { data: Record<string, unknown> } } };
  return { status: response.status, data: answer.error?.json.data ?? {} };
}

function input(value: unknown): string {
  return JSON.stringify(superjson.serialize(value));
}

async function projects(): Promise<number> {
  return tenancy().withTenant(organization.id, { readOnly: true }, (db) => db.project.count());
}

test("a right request is answered", async () => {
  const before = await projects();
  expect((await send("projects.create", { body: input({ name: "Right", description: "" }) })).status).toBe(
    200,
  );
  expect(await projects()).toBe(before + 1);
});

const name = "A project";
test.each([
  ["a wrong type", input({ name: 7 }), 400, "invalid_input"],
  ["a name that is too long", input({ name: "x".repeat(10_000) }), 400, "invalid_input"],
  ["an unknown field", input({ name, organizationId: randomUUID() }), 400, "invalid_input"],
  ["a NUL in a text", input({ name: "a\0b" }), 400, "invalid_input"],
  ["a control character in a text", input({ name: "a\u0007b" }), 400, "invalid_input"],
  ["no input", input(undefined), 400, "invalid_input"],
  ["broken JSON", "{", 400, "bad_request"],
])("%s is refused with the field, and nothing is written", async (_, body, status, reason) => {
  const before = await projects();
  const answer = await send("projects.create", { body });
  expect(answer).toMatchObject({ status, data: { reason } });
  expect(answer.data["fields"] !== null).toBe(reason === "invalid_input");
  expect(JSON.stringify(answer.data)).not.toMatch(/stack|node_modules|SELECT/);
  expect(await projects()).toBe(before);
});

test("an oversized body is refused before it is read to its end", async () => {
  const answer = await send("projects.create", { body: input({ name: "x".repeat(400_000) }) });
  expect(answer).toMatchObject({ status: 413, data: { reason: "too_large" } });
});

test("another content type is refused", async () => {
  const answer = await send("projects.create", {
    body: input({ name }),
    headers: { "content-type": "text/plain" },
  });
  expect(answer).toMatchObject({ status: 415, data: { reason: "wrong_content_type" } });
});

test("another site's page is refused, with or without its origin", async () => {
  const body = input({ name });
  const foreign = await send("projects.create", { body, headers: { origin: "https://evil.example" } });
  expect(foreign).toMatchObject({ status: 403, data: { reason: "foreign_origin" } });
  const silent = await send("projects.create", { body, headers: { "sec-fetch-site": "cross-site" } });
  expect(silent).toMatchObject({ status: 403, data: { reason: "foreign_origin" } });
});

test("a header that names another organization than the path is refused", async () => {
  const answer = await send("projects.create", {
    body: input({ name }),
    headers: { "x-astra-organization": "other" },
  });
  expect(answer).toMatchObject({ status: 403, data: { reason: "organization_mismatch" } });
});

test("an unknown procedure, a wrong method and too large a batch are refused", async () => {
  expect(await send("projects.explode", { body: input({}) })).toMatchObject({ status: 404 });
  expect(await send("projects.create", { method: "GET" })).toMatchObject({ status: 405 });
  const batch = Array.from({ length: 11 }, () => "organization.get").join(",");
  expect((await send(`${batch}?batch=1`, { method: "GET" })).status).toBe(400);
});

test("a broken cursor is a refusal with its field", async () => {
  for (const cursor of ["", "%%%", "e30", Buffer.from('{"a":1}').toString("base64url"), "x".repeat(3_000)]) {
    const query = encodeURIComponent(input({ cursor }));
    const answer = await send(`projects.list?input=${query}`, { method: "GET" });
    expect(answer, cursor).toMatchObject({ status: 400, data: { field: "cursor" } });
  }
});
