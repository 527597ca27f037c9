import { randomUUID } from "node:crypto";
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signToken } from "../access/access-token.ts";
import type { Permission } from "../access/permissions.ts";
import { platformDb } from "../platform/database.ts";
import {
  buildKey,
  buildMember,
  buildOrganization,
  closeConnections,
  keyRequest,
  requestOf,
  type TestKey,
  type TestOrganization,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { countTokenRequest } from "./rate-limit.ts";
import { appRouter } from "./root.ts";
import { answerToken, answerTokenKeys } from "./token.ts";
import { createCallerFactory } from "./trpc.ts";

const callerOf = createCallerFactory(appRouter);
let organization: TestOrganization;
let key: TestKey;

beforeAll(async () => {
  organization = await buildOrganization();
  key = await buildKey(organization, ["projects.read", "projects.write"]);
});
afterAll(closeConnections);

type Answer = { status: number; body: Record<string, unknown>; headers: Headers };

async function ask(bearer: string | null, body?: unknown, clock?: { now(): Date }): Promise<Answer> {
  const request = new Request("http://127.0.0.1:3000/api/token", {
    method: "POST",
    headers: bearer === null ? {} : { authorization: `Bearer ${bearer}` },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const response = await answerToken(request, { id: randomUUID(), ip: "192.0.2.7", userAgent: null }, clock);
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  };
}

async function token(wish?: unknown, bearer = key.key): Promise<string> {
  return String((await ask(bearer, wish)).body.access_token);
}

const by = (bearer: string, clock?: { now(): Date }, slug = organization.slug) =>
  callerOf(keyRequest(bearer, slug, clock));
const later = (ms: number) => ({ now: () => new Date(Date.now() + ms) });

describe("POST /api/token", () => {
  test("makes of a key a token that says whose it is, what it may and for how long", async () => {
    const { status, body, headers } = await ask(key.key);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      token_type: "Bearer",
      expires_in: 900,
      scope: "projects.read projects.write",
      organization: organization.slug,
    });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("ratelimit-limit")).not.toBeNull();
    expect(decodeJwt(String(body.access_token))).toMatchObject({
      tenant_id: organization.id,
      key_id: key.id,
      sub: key.id,
      aud: "astra-api",
      iss: "http://127.0.0.1:3000",
    });
  });

  test("is counted before anything is looked up, for each key by itself", async () => {
    const busy = await buildKey(organization, ["projects.read"]);
    for (let times = 0; times < 60; times++) await countTokenRequest(busy.id);
    // Neither its expiry nor its revocation is found out any more: nobody has looked.
    await tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
      db.apiKey.update({ where: { id: busy.id }, data: { revokedAt: new Date() } }),
    );
    const refused = await ask(busy.key);
    expect([refused.status, refused.body.reason]).toEqual([429, "rate_limited"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ask(key.key)).status).toBe(200);
  });

  test("gives fewer scopes and less time where that is asked for, and never more", async () => {
    const { body } = await ask(key.key, { scopes: ["projects.read"], expiresInSeconds: 60 });
    expect(body).toMatchObject({ scope: "projects.read", expires_in: 60 });
    const small = String(body.access_token);
    await by(small).projects.list();
    expect(await refusalOf(by(small).projects.create({ name: "No" }))).toMatchObject({
      reason: "missing_permission",
    });
    const brief = await buildKey(organization, ["projects.read"], {
      expiresAt: new Date(Date.now() + 30_000),
    });
    expect(Number((await ask(brief.key)).body.expires_in)).toBeLessThanOrEqual(30);
    for (const [wish, reason] of [
      [{ scopes: ["tasks.read"] }, "exceeds_own_permissions"],
      [{ scopes: ["projects.fly"] }, "unknown_permission"],
      [{ scopes: [] }, "invalid_input"],
      [{ expiresInSeconds: 86_400 }, "invalid_input"],
      [{ tenant_id: randomUUID() }, "invalid_input"],
      ["{", "bad_json"],
      [`{"scopes":["${"x".repeat(20_000)}"]}`, "too_large"],
    ] as const) {
      expect((await ask(key.key, wish)).body.reason, JSON.stringify(wish).slice(0, 60)).toBe(reason);
    }
  });

  test("wants a key: nothing else becomes a token, not even a token", async () => {
    expect(await ask(null)).toMatchObject({ status: 401, body: { reason: "not_signed_in" } });
    expect(await ask("nonsense")).toMatchObject({ status: 401, body: { reason: "api_key_malformed" } });
    expect(await ask(await token())).toMatchObject({ status: 401, body: { reason: "api_key_malformed" } });
  });
});

describe("a token", () => {
  test("opens its organization, until its minutes are over", async () => {
    const bearer = await token();
    await by(bearer).projects.create({ name: "By a token" });
    expect(await refusalOf(by(bearer, later(901_000)).projects.list())).toMatchObject({
      reason: "token_expired",
    });
  });

  test("for another organization than the path's is refused, and noted", async () => {
    const other = await buildOrganization();
    const bearer = await token();
    const before = await platformDb().securityEvent.count({ where: { organizationId: other.id } });
    expect(await refusalOf(by(bearer, undefined, other.slug).projects.list())).toMatchObject({
      reason: "no_access",
    });
    expect(await platformDb().securityEvent.count({ where: { organizationId: other.id } })).toBe(before + 1);
  });

  test("ends with its key, and loses what the key's maker loses", async () => {
    const making: Permission[] = ["api_keys.read", "api_keys.write", "projects.read", "projects.write"];
    const owner = callerOf(requestOf(organization.owner, organization.slug));
    const { id: roleId } = await owner.roles.create({ name: "Makers", permissions: making });
    const member = await buildMember(organization, "viewer");
    await owner.members.changeRole({ id: member.memberId, roleId });
    const scopes = ["projects.read", "projects.write"];
    const own = await buildKey(organization, scopes, { createdById: member.memberId });
    const bearer = await token(undefined, own.key);
    expect(decodeJwt(bearer).sub).toBe(member.memberId);
    await by(bearer).projects.create({ name: "While it may" });
    await owner.roles.update({ id: roleId, permissions: ["projects.read", "api_keys.read"] });
    expect(await refusalOf(by(bearer).projects.create({ name: "No more" }))).toMatchObject({
      reason: "missing_permission",
    });
    await owner.apiKeys.revoke({ id: own.id });
    expect(await refusalOf(by(bearer).projects.list())).toMatchObject({ reason: "api_key_revoked" });
  });

  test("that we did not sign, or not for this, is none", async () => {
    const { privateKey } = await generateKeyPair("Ed25519");
    const claims = { tenant_id: organization.id, key_id: key.id, scope: "projects.read" };
    const good = decodeProtectedHeader(await token());
    const forge = (header: Record<string, unknown>, issuer = "http://127.0.0.1:3000") =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "EdDSA", ...header })
        .setIssuer(issuer)
        .setAudience("astra-api")
        .setSubject(key.id)
        .setIssuedAt()
        .setExpirationTime("5m")
        .sign(privateKey);
    const [head, , signature] = (await token()).split(".");
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const wrong = [
      await forge({ kid: good.kid, typ: good.typ }),
      await forge({ kid: "token-1", typ: good.typ }),
      await forge({}),
      `${part({ alg: "none", typ: good.typ })}.${part({ ...claims, sub: key.id })}.`,
      `${head}.${part({ ...claims, tenant_id: randomUUID() })}.${signature}`,
      "eyJ",
      "eyJ..",
    ];
    for (const bearer of wrong) {
      expect(await refusalOf(by(bearer).projects.list()), bearer.slice(0, 40)).toMatchObject({
        code: "UNAUTHORIZED",
        reason: "token_not_valid",
      });
    }
  });
});

describe("signing keys", () => {
  const monthMs = 30 * 86_400_000;

  test("are public, so that others check tokens by themselves; nothing private is", async () => {
    const response = await answerTokenKeys();
    const set = (await response.json()) as { keys: Record<string, string>[] };
    expect(set.keys).toHaveLength(3);
    for (const one of set.keys)
      expect(Object.keys(one).toSorted()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
    const { payload } = await jwtVerify(await token(), createLocalJWKSet(set as never), {
      audience: "astra-api",
    });
    expect(payload.tenant_id).toBe(organization.id);
  });

  test("take turns: the next is known before, and the last tokens of the one before still open", async () => {
    const edge = Math.ceil(Date.now() / monthMs) * monthMs;
    const grant = {
      organizationId: organization.id,
      keyId: key.id,
      subject: key.id,
      scopes: ["projects.read"] as const,
    };
    const before = await signToken({ ...grant, scopes: [...grant.scopes] }, new Date(edge - 1_000), 900);
    const after = await signToken({ ...grant, scopes: [...grant.scopes] }, new Date(edge + 1_000), 900);
    expect(decodeProtectedHeader(before).kid).not.toBe(decodeProtectedHeader(after).kid);
    const clock = { now: () => new Date(edge + 5_000) };
    await by(before, clock).projects.list();
    await by(after, clock).projects.list();
    const known = (await (await answerTokenKeys({ now: () => new Date(edge - 1_000) })).json()) as {
      keys: { kid: string }[];
    };
    expect(known.keys.map(({ kid }) => kid)).toContain(decodeProtectedHeader(after).kid);
    const old = { now: () => new Date(edge + 2 * monthMs) };
    expect(await refusalOf(by(before, old).projects.list())).toMatchObject({ reason: "token_not_valid" });
  });
});
