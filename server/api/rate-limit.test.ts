import { randomInt, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newKeyText } from "../access/key-text.ts";
import { countAttempt } from "../identity/attempt-limits.ts";
import { systemClock } from "../platform/clock.ts";
import { log } from "../platform/log.ts";
import type { RequestInfo } from "../tenancy/context.ts";
import { planOf } from "../plans/catalogue.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { buildKey, buildOrganization, closeConnections, type TestOrganization } from "../test/factories.ts";
import { answerTrpc } from "./http.ts";
import { countCall } from "./rate-limit.ts";

let organization: TestOrganization;
let key: string;

beforeAll(async () => {
  organization = await buildOrganization({ plan: "free" });
  ({ key } = await buildKey(organization, ["projects.read"]));
});
afterAll(closeConnections);

/** One call over HTTP with a key, without a cookie. */
function call(
  bearer: string,
  headers: Record<string, string> = {},
  info: RequestInfo = { id: randomUUID(), ip: "192.0.2.7", userAgent: null },
): Promise<Response> {
  const { slug } = organization;
  const request = new Request(`http://127.0.0.1:3000/api/trpc/${slug}/projects.list`, {
    headers: { authorization: `Bearer ${bearer}`, ...headers },
  });
  return answerTrpc(request, {
    organization: slug,
    info,
    findSession: async () => ({ ...organization.owner, sessionId: randomUUID(), emailConfirmed: true }),
  });
}

async function reasonOf(response: Response): Promise<unknown> {
  const body = (await response.json()) as { error?: { json: { data: { reason: string } } } };
  return body.error?.json.data.reason;
}

test("a key calls over HTTP, and is told what is left of its limit", async () => {
  const response = await call(key);
  expect(response.status).toBe(200);
  const limit = planOf("free").callsPerMinute / 2;
  expect(response.headers.get("ratelimit-limit")).toBe(String(limit));
  expect(response.headers.get("ratelimit-policy")).toBe(`${limit};w=60`);
  expect(Number(response.headers.get("ratelimit-remaining"))).toBeLessThan(limit);
  expect(Number(response.headers.get("ratelimit-reset"))).toBeGreaterThan(0);
  expect(response.headers.get("retry-after")).toBeNull();
});

test("whoever bears a key is that key, whatever cookie comes along, and whatever the page it is sent from", async () => {
  const none = await buildKey(organization, ["tasks.read"]);
  const response = await call(none.key);
  expect([response.status, await reasonOf(response)]).toEqual([403, "missing_permission"]);
  const wrong = await call(`${key}x`);
  expect([wrong.status, await reasonOf(wrong)]).toEqual([401, "api_key_malformed"]);
  expect((await call(key, { origin: "https://elsewhere.example" })).status).toBe(200);
});

test("a key that calls too often is refused with the time to wait, and others go on", async () => {
  const busy = await buildKey(organization, ["projects.read"]);
  const actor = {
    kind: "api_key" as const,
    keyId: busy.id,
    name: "busy",
    keyKind: "machine" as const,
    createdById: null,
    permissions: new Set<string>(),
  };
  const other = { ...organization, id: randomUUID() };
  // Its own limit, used up in the name of another organization: that one's is left alone.
  for (let i = 0; i < planOf("free").callsPerMinute / 2; i++) await countCall(other, actor);
  const response = await call(busy.key);
  expect([response.status, await reasonOf(response)]).toEqual([429, "rate_limited"]);
  const wait = Number(response.headers.get("retry-after"));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
  expect(response.headers.get("ratelimit-remaining")).toBe("0");
  expect((await call(key)).status).toBe(200);
});

test("a member who calls without end shuts nobody else out", async () => {
  const { id: memberId } = { id: randomUUID() };
  const other = { ...organization, id: randomUUID() };
  const limit = planOf("free").callsPerMinute;
  const busy = {
    kind: "member" as const,
    memberId,
    accountId: randomUUID(),
    name: "Busy",
    roleKey: "viewer",
  };
  const actor = { ...busy, permissions: new Set<string>() };
  for (let i = 0; i < limit; i++) await countCall(other, actor);
  expect((await countCall(other, actor)).exceeded).toBe(true);
  expect((await countCall(other, { ...actor, memberId: randomUUID() })).exceeded).toBe(false);
});

test("bad keys cost no look-up and hold up no good one behind the same address", async () => {
  const info = { id: randomUUID(), ip: `198.51.100.${randomInt(256)}`, userAgent: null };
  const ask = async (bearer: string) => {
    const response = await call(bearer, {}, info);
    return response.status === 200 ? "ok" : reasonOf(response);
  };
  // Whoever does not have our secret cannot make the check sum, and is refused without a look at any table.
  const madeUp = () => newKeyText(organization.id, randomUUID()).text.replace(/.{6}$/, "000000");
  expect(await ask(madeUp())).toBe("api_key_malformed");
  expect(await ask(newKeyText(organization.id, randomUUID()).text)).toBe("api_key_unknown");
  const revoked = await buildKey(organization, ["projects.read"]);
  const setRevoked = (revokedAt: Date | null) =>
    tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
      db.apiKey.update({ where: { id: revoked.id }, data: { revokedAt } }),
    );
  await setRevoked(new Date());
  expect(await ask(revoked.key)).toBe("api_key_revoked");
  // Nobody looks again for a while: another answer of the table is not seen.
  await setRevoked(null);
  expect(await ask(revoked.key)).toBe("api_key_revoked");

  const door = { request: info, clock: systemClock, log: log("test") };
  const used = async () =>
    countAttempt(door, "apiKey", null).then(
      () => false,
      () => true,
    );
  while (!(await used()));
  for (const bad of [madeUp(), revoked.key]) expect(await ask(bad)).toBe("too_many_attempts");
  // One that no process has seen before goes through all the same, and so does one that is in use.
  const good = await buildKey(organization, ["projects.read"]);
  for (let times = 0; times < 3; times++) expect(await ask(good.key)).toBe("ok");
});

test("an organization that calls too often is refused whoever calls, and a larger plan lets it on", async () => {
  const system = { kind: "system" as const, name: "test", permissions: new Set<string>() };
  for (let i = 0; i < planOf("free").callsPerMinute; i++) await countCall(organization, system);
  const fresh = await buildKey(organization, ["projects.read"]);
  const response = await call(fresh.key);
  expect([response.status, await reasonOf(response)]).toEqual([429, "rate_limited"]);
  expect((await countCall({ ...organization, plan: "business" }, system)).exceeded).toBe(false);
});
