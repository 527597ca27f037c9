import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeApiKey } from "../../api-keys/api-keys.ts";
import { platformDb } from "../../platform/database.ts";
import { tenancy } from "../../tenancy/kernel.ts";
import {
  buildKey,
  buildOrganization,
  closeConnections,
  writes,
  type TestOrganization,
} from "../../test/factories.ts";
import { openHttpDoor, type HttpDoor } from "../../test/http-door.ts";
import { answerToken } from "../token.ts";
import { answerRest } from "./answer.ts";

let door: HttpDoor;
let organization: TestOrganization;
let key: string;

beforeAll(async () => {
  organization = await buildOrganization();
  const scopes = [
    "organization.read",
    "projects.read",
    "projects.write",
    "projects.delete",
    "tasks.read",
    "tasks.write",
  ];
  ({ key } = await buildKey(organization, [...scopes, "audit_log.read"]));
  door = await openHttpDoor((request) =>
    answerRest(request, { info: { id: randomUUID(), ip: "192.0.2.7", userAgent: null } }),
  );
});
afterAll(async () => {
  await door.close();
  await closeConnections();
});

type Sent = {
  body?: unknown;
  text?: string;
  bearer?: string | null;
  organization?: string;
  headers?: Record<string, string>;
};
type Answer = { status: number; headers: Headers; body: Record<string, never> };

/** "GET /projects?limit=5" with the key of this file. */
async function send(line: string, sent: Sent = {}): Promise<Answer> {
  const [method = "", path = ""] = line.split(" ");
  const bearer = sent.bearer === undefined ? key : sent.bearer;
  const text = sent.text ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
  const response = await fetch(`${door.origin}/api/v1/${sent.organization ?? organization.slug}${path}`, {
    method,
    headers: {
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...(text === undefined ? {} : { "content-type": "application/json" }),
      ...sent.headers,
    },
    ...(text === undefined ? {} : { body: text }),
  });
  const answer = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: answer === "" ? {} : JSON.parse(answer),
  };
}

async function projectNamed(name: string): Promise<string> {
  return (await send("POST /projects", { body: { name } })).body["id"] ?? "";
}

describe("the REST door", () => {
  test("makes, shows, changes, lists and deletes, with dates as texts", async () => {
    const made = await send("POST /projects", { body: { name: "By REST" } });
    expect(made).toMatchObject({ status: 201, body: { id: expect.any(String) } });
    const id = made.body["id"] ?? "";
    expect(await send(`PATCH /projects/${id}`, { body: { description: "Changed" } })).toMatchObject({
      status: 200,
    });
    const shown = await send(`GET /projects/${id}`);
    expect(shown).toMatchObject({ status: 200, body: { name: "By REST", description: "Changed" } });
    expect(shown.body["createdAt"]).toMatch(/^\d{4}-\d{2}-\d{2}T.*Z$/);
    expect((await send(`POST /projects/${id}/archive`)).status).toBe(200);
    expect((await send("GET /projects?status=archived")).body).toMatchObject({ items: [{ id }], total: 1 });
    expect((await send(`DELETE /projects/${id}`)).status).toBe(200);
    expect(await send(`GET /projects/${id}`)).toMatchObject({
      status: 404,
      body: { error: { reason: "not_found" } },
    });
    expect((await send("GET /")).body).toMatchObject({ slug: organization.slug });
  });

  test("reads numbers, lists and nested values out of an address", async () => {
    const projectId = await projectNamed("Queried");
    for (const [title, status] of [
      ["b", "todo"],
      ["a", "done"],
      ["c", "in_review"],
    ])
      await send("POST /tasks", { body: { projectId, title, status } });
    const path = `/tasks?projectId=${projectId}&limit=2&statuses=todo&statuses=done&sort[by]=title&sort[direction]=asc`;
    const { status, body } = await send(`GET ${path}`);
    expect(status).toBe(200);
    expect((body["items"] as unknown as { title: string }[]).map(({ title }) => title)).toEqual(["a", "b"]);
  });

  test("takes moments as ISO texts", async () => {
    await projectNamed("Logged");
    const now = encodeURIComponent(new Date(Date.now() + 60_000).toISOString());
    expect((await send(`GET /audit/entries?from=${now}`)).body).toMatchObject({ items: [] });
    expect((await send(`GET /audit/entries?to=${now}&limit=1`)).body).toMatchObject({ items: [{}] });
    expect(await send("GET /audit/entries?from=yesterday")).toMatchObject({
      status: 400,
      body: { error: { reason: "invalid_input", field: "from" } },
    });
  });

  test("says who it is to the log: the key", async () => {
    const id = await projectNamed("Audited");
    const entry = await tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
      db.auditEntry.findFirstOrThrow({ where: { action: "projects.create", targetId: id } }),
    );
    expect(entry.actorKind).toBe("api_key");
  });

  test("tells what is left of the limit, keeps nothing in caches, opens to no other site", async () => {
    const { headers } = await send("GET /projects", { headers: { origin: "https://other.example" } });
    expect(Number(headers.get("ratelimit-remaining"))).toBeGreaterThan(0);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-request-id")).toMatch(/^[\w-]{36}$/);
    expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    const preflight = await fetch(`${door.origin}/api/v1/${organization.slug}/projects`, {
      method: "OPTIONS",
      headers: { origin: "https://other.example", "access-control-request-method": "GET" },
    });
    expect(preflight.ok).toBe(false);
  });
});

describe("who calls", () => {
  test("must bear something: a browser's session counts for nothing", async () => {
    const answer = await send("GET /projects", {
      bearer: null,
      headers: { cookie: "astra.session=whatever" },
    });
    expect(answer).toMatchObject({
      status: 401,
      body: { error: { code: "UNAUTHORIZED", reason: "not_signed_in" } },
    });
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
  });

  test("is refused with the reasons of the other door", async () => {
    const reasonOf = async (line: string, sent?: Sent) => (await send(line, sent)).body["error"]?.["reason"];
    expect(await reasonOf("GET /projects", { bearer: "nonsense" })).toBe("api_key_malformed");
    expect(await reasonOf("GET /members")).toBe("missing_permission");
    const { id, key: other } = await buildKey(organization, ["projects.read"]);
    await writes(organization.owner, revokeApiKey, { id });
    expect(await reasonOf("GET /projects", { bearer: other })).toBe("api_key_revoked");
  });

  test("may bear a token that was made from a key", async () => {
    const request = new Request("http://127.0.0.1:3000/api/token", {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ scopes: ["projects.read"] }),
    });
    const made = await answerToken(request, { id: randomUUID(), ip: "192.0.2.7", userAgent: null });
    const { access_token: bearer } = (await made.json()) as { access_token: string };
    expect(await send("GET /projects", { bearer })).toMatchObject({ status: 200 });
    expect(await send("POST /projects", { bearer, body: { name: "x" } })).toMatchObject({
      status: 403,
      body: { error: { reason: "missing_permission", field: "projects.write" } },
    });
    const foreign = await buildOrganization();
    expect(await send("GET /projects", { bearer, organization: foreign.slug })).toMatchObject({
      status: 403,
    });
  });

  test("cannot name another organization than the key's own, and the attempt is noted", async () => {
    const foreign = await buildOrganization();
    const before = await platformDb().securityEvent.count({ where: { organizationId: foreign.id } });
    const answer = await send("GET /projects", { organization: foreign.slug });
    expect(answer).toMatchObject({ status: 403, body: { error: { reason: "no_access" } } });
    expect(await platformDb().securityEvent.count({ where: { organizationId: foreign.id } })).toBe(
      before + 1,
    );
    expect(await send("GET /projects", { organization: "no-such-place" })).toMatchObject({ status: 403 });
  });
});

describe("what does not fit", () => {
  const id = randomUUID();
  test.each<[string, string, Sent, number, string]>([
    ["an address where nothing is", "GET /nothing", {}, 404, "no_such_procedure"],
    ["a procedure's name as an address", "POST /projects.create", { body: {} }, 404, "no_such_procedure"],
    ["another method", "PUT /projects", { body: {} }, 405, "wrong_method"],
    ["a call for people alone", "POST /roles", { body: { name: "x" } }, 405, "wrong_method"],
    [
      "a form",
      "POST /projects",
      { text: "name=x", headers: { "content-type": "text/plain" } },
      415,
      "wrong_content_type",
    ],
    ["broken JSON", "POST /projects", { text: "{" }, 400, "bad_json"],
    ["a list for a body", "POST /projects", { text: "[]" }, 400, "bad_json"],
    ["no UTF-8", "POST /projects", { text: "\uD800" }, 400, "bad_json"],
    ["too large a body", "POST /projects", { body: { name: "x".repeat(400_000) } }, 413, "too_large"],
    ["no body", "POST /projects", {}, 400, "invalid_input"],
    ["an unknown field", "POST /projects", { body: { name: "x", owner: id } }, 400, "invalid_input"],
    ["an unknown parameter", "GET /projects?colour=red", {}, 400, "invalid_input"],
    ["a parameter given twice", "GET /projects?limit=1&limit=2", {}, 400, "invalid_input"],
    ["a number that is none", "GET /projects?limit=five", {}, 400, "invalid_input"],
    ["an id that is none", "GET /projects/7", {}, 400, "invalid_input"],
    ["an id in path and body", `PATCH /projects/${id}`, { body: { id, name: "x" } }, 400, "invalid_input"],
    ["a query beside a body", "POST /projects?name=x", { body: { name: "x" } }, 400, "invalid_input"],
    ["half an escape", "GET /projects/%E0%A4%A", {}, 400, "bad_request"],
    ["a prototype's name", "GET /projects?__proto__[limit]=1", {}, 400, "invalid_input"],
  ])("%s is refused", async (_, line, sent, status, reason) => {
    const answer = await send(line, sent);
    expect(answer).toMatchObject({ status, body: { error: { reason } } });
    expect(answer.headers.has("allow")).toBe(status === 405);
    expect(JSON.stringify(answer.body)).not.toMatch(/stack|node_modules|SELECT/);
  });
});
