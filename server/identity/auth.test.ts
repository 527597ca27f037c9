import { decode } from "next-auth/jwt";
import { afterAll, describe, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { env } from "../platform/env.ts";
import { buildPerson, closeConnections } from "../test/factories.ts";
import { answerAuth } from "./auth.ts";
import { hashPassword } from "./passwords.ts";

afterAll(closeConnections);

const home = "http://127.0.0.1:3000";
const password = "correct horse battery";

/** A browser as far as cookies go. */
class Browser {
  readonly cookies = new Map<string, string>();
  #csrf = "";

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(new Request(home + path, { headers: { ...headers, cookie: this.#jar() } }));
  }

  async post(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    if (!this.#csrf) {
      const answer = (await (await this.get("/api/auth/csrf")).json()) as { csrfToken: string };
      this.#csrf = answer.csrfToken;
    }
    const body = new URLSearchParams({ csrfToken: this.#csrf, ...fields });
    return this.#send(
      new Request(home + path, { method: "POST", body, headers: { ...headers, cookie: this.#jar() } }),
    );
  }

  #jar(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async #send(request: Request): Promise<Response> {
    const response = await answerAuth(request);
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const [name = "", value = ""] = pair.split("=");
      if (value === "" || /max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}

async function someone() {
  return buildPerson({ passwordHash: await hashPassword(password) });
}

const sessionsOf = (accountId: string) => platformDb().session.findMany({ where: { accountId } });

describe("/api/auth", () => {
  test("signs in with a cookie that is out of reach for scripts and holds nothing but an id", async () => {
    const { email, accountId } = await someone();
    const browser = new Browser();
    const response = await browser.post("/api/auth/callback/credentials", { email, password });
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe(`${home}/`);
    const cookie = response.headers.getSetCookie().find((line) => line.startsWith("astra.session="));
    expect(cookie).toMatch(/; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    const sessions = await sessionsOf(accountId);
    expect(sessions).toMatchObject([{ revokedAt: null, userAgent: null }]);
    const held = await decode({
      token: browser.cookies.get("astra.session") ?? "",
      secret: env().AUTH_SECRET,
      salt: "astra.session",
    });
    const { iat, exp, jti, ...rest } = held ?? {};
    expect(rest).toEqual({ sessionId: sessions[0]?.id });
    expect([typeof iat, typeof exp, typeof jti]).toEqual(["number", "number", "string"]);
  });

  test("sends a wrong password back to the sign-in page, with a code and without a session", async () => {
    const { email, accountId } = await someone();
    const browser = new Browser();
    const response = await browser.post("/api/auth/callback/credentials", { email, password: "wrong" });
    expect(response.headers.get("location")).toBe(
      `${home}/sign-in?error=CredentialsSignin&code=wrong_password`,
    );
    expect(browser.cookies.has("astra.session")).toBe(false);
    expect(await sessionsOf(accountId)).toEqual([]);
  });

  test.each([
    ["nothing", {}],
    ["no password", { email: "x" }],
    ["far too much", { email: "a".repeat(5_000), password: "b" }],
  ])("answers %s like a wrong password", async (_, fields) => {
    const response = await new Browser().post("/api/auth/callback/credentials", fields);
    expect(response.headers.get("location")).toContain("code=wrong_password");
  });

  test("ends the session's row on signing out, so that a stolen cookie is worth nothing", async () => {
    const { email, accountId } = await someone();
    const browser = new Browser();
    await browser.post("/api/auth/callback/credentials", { email, password });
    const response = await browser.post("/api/auth/signout", {});
    expect(response.status).toBe(302);
    expect(browser.cookies.has("astra.session")).toBe(false);
    expect((await sessionsOf(accountId))[0]?.revokedAt).not.toBeNull();
  });

  test("does nothing without its CSRF token", async () => {
    const { email, accountId } = await someone();
    const browser = new Browser();
    for (const path of ["/api/auth/callback/credentials", "/api/auth/signout"]) {
      const response = await browser.post(path, { csrfToken: "forged", email, password });
      expect(response.headers.get("location")).toContain("error=MissingCSRF");
    }
    expect(await sessionsOf(accountId)).toEqual([]);
  });

  test("leads nowhere but to PUBLIC_URL, whatever Host and callbackUrl say", async () => {
    const { email } = await someone();
    const forged = { host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" };
    for (const callbackUrl of [
      "https://evil.example/",
      "//evil.example/",
      "/\\evil.example",
      `${home}.evil.example/`,
    ]) {
      const response = await new Browser().post(
        "/api/auth/callback/credentials",
        { email, password, callbackUrl },
        forged,
      );
      expect(new URL(response.headers.get("location") ?? "").origin).toBe(home);
    }
    const inside = await new Browser().post("/api/auth/callback/credentials", {
      email,
      password,
      callbackUrl: `${home}/acme?tab=1`,
    });
    expect(inside.headers.get("location")).toBe(`${home}/acme?tab=1`);
  });

  test("has no other doors: what does not know the session's row is not served", async () => {
    const browser = new Browser();
    for (const path of ["session", "providers", "signin", "signout", "error", "verify-request", "", "../x"]) {
      expect((await browser.get(`/api/auth/${path}`)).status).toBe(404);
    }
    for (const path of ["session", "signin/credentials", "callback/github"]) {
      expect((await browser.post(`/api/auth/${path}`, {})).status).toBe(404);
    }
  });

  test("refuses a body that is too large", async () => {
    const response = await new Browser().post("/api/auth/callback/credentials", {
      email: "x".repeat(20_000),
    });
    expect(response.status).toBe(413);
  });

  test("survives cookies that are nonsense", async () => {
    const browser = new Browser();
    for (const value of ["x", "a.b.c.d.e", "%00", "=", '"', "é"]) {
      browser.cookies.set("astra.session", encodeURIComponent(value));
      expect((await browser.post("/api/auth/signout", {})).status).toBe(302);
    }
  });
});
