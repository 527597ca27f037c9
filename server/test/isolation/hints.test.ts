import { randomUUID } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import superjson from "superjson";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerTrpc } from "../../api/http.ts";
import { findOrganization } from "../../access/directory.ts";
import { changeSlug } from "../../organizations/organizations.ts";
import { Slug } from "../../organizations/schema.ts";
import { platformDb } from "../../platform/database.ts";
import { tenancy } from "../../tenancy/kernel.ts";
import { buildOrganization, closeConnections, doorOf, type TestOrganization } from "../factories.ts";

let a: TestOrganization;
let b: TestOrganization;
let origin: string;

// Stands where Next stands: takes the organization from the path, as the route's file name says.
const server = http.createServer((incoming, outgoing) => {
  const url = `${origin}${incoming.url}`;
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  const init =
    incoming.method === "POST" ? { method: "POST", body: Readable.toWeb(incoming), duplex: "half" } : {};
  const request = new Request(url, { headers, ...(init as RequestInit) });
  const [, , , organization = ""] = new URL(url).pathname.split("/");
  answerTrpc(request, {
    organization: decodeURIComponent(organization),
    info: { id: randomUUID(), ip: "192.0.2.9", userAgent: null },
    findSession: async () => ({ ...a.owner, sessionId: randomUUID(), emailConfirmed: true }),
  }).then(
    async (response) => {
      outgoing.writeHead(response.status, { "content-type": "application/json" });
      outgoing.end(await response.text());
    },
    (error: unknown) => outgoing.writeHead(599).end(String(error)),
  );
});

beforeAll(async () => {
  a = await buildOrganization({ name: "Canary Astra" });
  b = await buildOrganization({ name: "Canary Borea" });
  for (const { id, name } of [a, b]) {
    await tenancy().withTenant(id, { readOnly: false }, (db) => db.project.create({ data: { name } }));
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await closeConnections();
});

type Sent = { headers?: Record<string, string>; method?: "GET" | "POST"; input?: unknown; query?: string };

/** Sends a request as the owner of A, with a path that is put together by hand. */
function send(path: string, { headers, method = "GET", input, query = "" }: Sent = {}) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const request = http.request(
      origin,
      {
        method,
        path: `/api/trpc/${path}${query}`,
        headers: { "content-type": "application/json", ...headers },
        agent: false,
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (chunk) => (body += chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    request.on("error", reject);
    request.end(method === "POST" ? JSON.stringify(superjson.serialize(input)) : undefined);
  });
}

const projectsOf = async ({ id }: TestOrganization) =>
  tenancy().withTenant(id, { readOnly: true }, (db) => db.project.findMany({ select: { name: true } }));

/** Nothing of B was told, and nothing was changed there. */
async function expectNothingOfB(answer: { body: string }): Promise<void> {
  expect(answer.body).not.toMatch(/Borea/);
  expect(await projectsOf(b)).toEqual([{ name: b.name }]);
}

test("the organization in the path is the one that answers", async () => {
  const answer = await send(`${a.slug}/projects.list`);
  expect(answer.status).toBe(200);
  expect(answer.body).toContain("Canary Astra");
  await expectNothingOfB(answer);
});

test("another organization in the path is refused, and noted in the platform's log", async () => {
  const answer = await send(`${b.slug}/projects.list`);
  expect(answer.status).toBe(403);
  expect(JSON.parse(answer.body)).toMatchObject({ error: { json: { data: { reason: "no_access" } } } });
  await expectNothingOfB(answer);
  const noted = await platformDb().securityEvent.count({
    where: { organizationId: b.id, accountId: a.owner.accountId },
  });
  expect(noted).toBe(1);
});

describe("hints that contradict the path never lead elsewhere:", () => {
  test("a header", async () => {
    const answer = await send(`${a.slug}/projects.list`, { headers: { "x-astra-organization": b.slug } });
    expect(answer.status).toBe(403);
    await expectNothingOfB(answer);
    const other = await send(`${b.slug}/projects.list`, { headers: { "x-astra-organization": a.slug } });
    expect(other.status).toBe(403);
    await expectNothingOfB(other);
  });

  test.each(["organization", "tenant", "org", "astra-organization", "__Host-organization"])(
    "a cookie %s",
    async (name) => {
      const answer = await send(`${a.slug}/projects.list`, {
        headers: { cookie: `${name}=${b.slug}; ${name}Id=${b.id}` },
      });
      expect(answer.status).toBe(200);
      expect(answer.body).toContain("Canary Astra");
      await expectNothingOfB(answer);
    },
  );

  test.each([
    ["organization", () => b.slug],
    ["organizationId", () => b.id],
    ["organizationSlug", () => b.slug],
    ["tenantId", () => b.id],
    ["schema", () => "public"],
  ])("a field %s in the body", async (field, value) => {
    const answer = await send(`${a.slug}/projects.create`, {
      method: "POST",
      input: { name: "Sent with a hint", [field]: value() },
    });
    expect(answer.status).toBe(400);
    await expectNothingOfB(answer);
    expect(await projectsOf(a)).toEqual([{ name: a.name }]);
  });

  test("a field in the query string", async () => {
    const input = encodeURIComponent(JSON.stringify(superjson.serialize({ organization: b.slug })));
    const refused = await send(`${a.slug}/projects.list`, { query: `?input=${input}` });
    expect(refused.status).toBe(400);
    const ignored = await send(`${a.slug}/projects.list`, {
      query: `?organization=${b.slug}&tenant=${b.id}`,
    });
    expect(ignored.status).toBe(200);
    await expectNothingOfB(refused);
    await expectNothingOfB(ignored);
  });

  test.each([
    ["steps up in the path", () => `${a.slug}/../${b.slug}/projects.list`],
    ["encoded steps", () => `${a.slug}%2F..%2F${b.slug}/projects.list`],
    ["an encoded letter", () => `%${b.slug.charCodeAt(0).toString(16)}${b.slug.slice(1)}/projects.list`],
    ["two organizations", () => `${a.slug}/${b.slug}/projects.list`],
    ["two with a comma", () => `${a.slug},${b.slug}/projects.list`],
    ["capitals", () => `${b.slug.toUpperCase()}/projects.list`],
    ["a trailing NUL", () => `${b.slug}%00/projects.list`],
    ["an organization's id", () => `${b.id}/projects.list`],
  ])("%s", async (_, path) => {
    const answer = await send(path());
    expect([400, 403, 404, 405]).toContain(answer.status);
    await expectNothingOfB(answer);
  });
});

const oddities = [
  "select",
  "table",
  "user",
  "null",
  "public",
  "pg_catalog",
  "pg_",
  "tenant_x",
  "information_schema",
  "drop table x",
  "a'b",
  'a"b',
  "a;b",
  "a--b",
  "a/*b*/",
  "a\\b",
  "a\u0000b",
  "\u0000",
  "a%b",
  "a/b",
  "..",
  ".",
  "-",
  "a-",
  "-a",
  "",
  "ünïcode",
  "ａｂ",
  "аstra",
  "ｓｅｌｅｃｔ",
  "a\u200db",
  "😀",
  "a b",
  "a\nb",
  "\u212aelvin",
  "ACME",
  "a".repeat(63),
  "a".repeat(64),
  "x".repeat(5_000),
  "__proto__",
  "constructor",
  "admin",
  "api",
  "xn--80ak6aa92e",
];

test("a batch asks one organization, whatever stands in it", async () => {
  const answer = await send(`${a.slug}/projects.list,${b.slug}/projects.list,projects.list?batch=1`);
  const answers = JSON.parse(answer.body) as { error?: unknown }[];
  expect(answers.map(({ error }) => error === undefined)).toEqual([true, false, true]);
  await expectNothingOfB(answer);
});

const acceptable = oddities.filter((given) => Slug.safeParse(given).success);

describe("an odd address", () => {
  test.each(oddities)("%j is found by nobody and breaks nothing", async (slug) => {
    const answer = await send(`${encodeURIComponent(slug)}/projects.list`);
    expect([400, 403, 404]).toContain(answer.status);
    await expectNothingOfB(answer);
    expect(await findOrganization(slug)).toBeNull();
  });

  test("some are acceptable, most are not", () => {
    expect(acceptable.toSorted()).toEqual(
      ["ACME", "a--b", "a".repeat(63), "constructor", "select", "table", "user", "\u212aelvin"].toSorted(),
    );
  });

  test.each(acceptable)("%j is accepted, and leads to its organization alone", async (given) => {
    const slug = Slug.parse(given);
    expect(slug).toMatch(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/);
    await changeSlug(await doorOf(a.owner), { slug });
    expect(await findOrganization(slug)).toMatchObject({ id: a.id, slug });
    await expect(changeSlug(await doorOf(b.owner), { slug })).rejects.toMatchObject({ reason: "slug_taken" });
    await changeSlug(await doorOf(a.owner), { slug: a.slug });
    expect(await projectsOf(a)).toEqual([{ name: a.name }]);
  });

  test("twins that differ in case or in look are one address, or none", () => {
    expect(Slug.parse("ACME")).toBe("acme");
    expect(Slug.parse(" acme ")).toBe("acme");
    for (const twin of ["аcme", "acｍe", "acme\u200d", "àcme"])
      expect(Slug.safeParse(twin).success).toBe(false);
  });
});
