import NextAuth, { AuthError, CredentialsSignin, type NextAuthConfig } from "next-auth";
import { decode, encode, type JWT, type JWTDecodeParams, type JWTEncodeParams } from "next-auth/jwt";
import Credentials from "next-auth/providers/credentials";
import { headers as requestHeaders } from "next/headers";
import { NextRequest } from "next/server";
import { readBounded } from "../platform/bounded-body.ts";
import { env } from "../platform/env.ts";
import { AppError, errorStatus } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import { accountDoor, type AccountDoor } from "./account-door.ts";
import { localPath } from "./local-path.ts";
import { SignIn } from "./schema.ts";
import { revokeSession, sessionDays } from "./sessions.ts";
import { isConfirmed, signIn } from "./sign-in.ts";

const daySeconds = 86_400;
const basePath = "/api/auth";

/** A refusal on its way through Auth.js, which shows `code` in the address of the sign-in page. */
class SignInRefused extends CredentialsSignin {
  readonly refusal: AppError;

  constructor(refusal: AppError) {
    super(refusal.message);
    this.refusal = refusal;
    this.code = refusal.reason;
  }
}

/** Everything here is read per call: a build has no environment. */
function config(): NextAuthConfig {
  const secure = new URL(env().PUBLIC_URL).protocol === "https:";
  return {
    basePath,
    secret: env().AUTH_SECRET,
    // The address that counts is PUBLIC_URL; what a Host header claims is replaced or never used.
    trustHost: true,
    useSecureCookies: secure,
    cookies: {
      sessionToken: hardened("session", secure),
      callbackUrl: hardened("callback", secure),
      csrfToken: hardened("csrf", secure),
    },
    pages: { signIn: "/sign-in", error: "/sign-in", signOut: "/sign-out" },
    session: { strategy: "jwt", maxAge: sessionDays * daySeconds },
    jwt: { decode: decodeKept, encode: encodeOnce },
    providers: [
      Credentials({
        credentials: { email: {}, password: {} },
        authorize: (given, request) => authorize(given, request),
      }),
    ],
    callbacks: {
      // The cookie holds the session's id and nothing else: the row decides, on each request.
      jwt: ({ token, user, trigger }) => (trigger === "signIn" ? { sessionId: user.id } : token),
      session: ({ session, token }) => ({ expires: session.expires, sessionId: token["sessionId"] }),
      redirect: ({ url }) => ownAddress(url),
    },
    events: {
      signOut: async (message) => {
        if ("token" in message) await revokeSession(message.token?.["sessionId"], await doorHere());
      },
    },
    logger: {
      error: logAuthError,
      warn: (code) => log("auth").warn({ code }, "Auth.js warns"),
      debug: () => {},
    },
  };
}

const decoded = new WeakMap<object, string>();

async function decodeKept(given: JWTDecodeParams): Promise<JWT | null> {
  const payload = await decode(given);
  if (payload && given.token) decoded.set(payload, given.token);
  return payload;
}

/** Auth.js encrypts the cookie anew at every look, and nobody would send it: an unchanged one stays as it is. */
async function encodeOnce(given: JWTEncodeParams): Promise<string> {
  return (given.token && decoded.get(given.token)) ?? encode(given);
}

/** Out of reach for scripts and other sites; over https also for sister domains, which could plant one. */
function hardened(name: string, secure: boolean) {
  return {
    name: `${secure ? "__Host-" : ""}astra.${name}`,
    options: { httpOnly: true, sameSite: "lax" as const, path: "/", secure },
  };
}

async function authorize(given: Partial<Record<string, unknown>>, request: Request): Promise<{ id: string }> {
  const input = SignIn.safeParse({ email: given["email"], password: given["password"] });
  try {
    if (!input.success)
      throw new AppError("UNAUTHENTICATED", "wrong_password", "Enter e-mail address and password.");
    const { sessionId } = await signIn(input.data, accountDoor(request.headers));
    return { id: sessionId };
  } catch (error) {
    if (error instanceof AppError && error.code !== "INTERNAL") throw new SignInRefused(error);
    throw error;
  }
}

function ownAddress(url: string): string {
  const { origin } = new URL(env().PUBLIC_URL);
  const given = URL.parse(url, origin);
  const path = given?.origin === origin ? localPath(given.pathname + given.search) : null;
  return origin + (path ?? "/");
}

/** Wrong passwords and stale cookies are everyday life: one line, no stack. */
function logAuthError(error: Error): void {
  if (error instanceof SignInRefused) return;
  const expected = error instanceof AuthError && expectedTypes.has(error.type);
  if (expected) log("auth").info({ type: error.type }, "Auth.js refused a request");
  else log("auth").error({ err: error, cause: error.cause }, "Auth.js failed");
}

const expectedTypes = new Set([
  "CredentialsSignin",
  "JWTSessionError",
  "MissingCSRF",
  "UnknownAction",
  "InvalidCallbackUrl",
]);

const authJs = NextAuth(config);

/** The session id in the request's cookie, unchecked against its row; null without a cookie of ours. */
export async function signedInSessionId(): Promise<string | null> {
  const session: unknown = await authJs.auth();
  const sessionId =
    typeof session === "object" && session !== null ? Reflect.get(session, "sessionId") : null;
  return typeof sessionId === "string" ? sessionId : null;
}

/** Signs this browser in, from a server action. Throws the AppErrors of `signIn`. */
export async function signInHere(input: SignIn): Promise<{ emailConfirmed: boolean }> {
  try {
    await authJs.signIn("credentials", { ...input, redirect: false, redirectTo: "/" });
    return { emailConfirmed: await isConfirmed(input.email) };
  } catch (error) {
    throw error instanceof SignInRefused ? error.refusal : error;
  }
}

/** The door of the request that Next is in; without one nothing is known of it, and a sign-out goes on all the same. */
async function doorHere(): Promise<AccountDoor> {
  try {
    return accountDoor(await requestHeaders());
  } catch {
    return accountDoor(new Headers());
  }
}

/** Signs this browser out, from a server action: first the row, then the cookie. */
export async function signOutHere(): Promise<void> {
  await revokeSession(await signedInSessionId(), await doorHere());
  await authJs.signOut({ redirect: false, redirectTo: "/sign-in" });
}

/** The parts of Auth.js that are reachable over HTTP; its session endpoint does not know our rows. */
const reachable = new Set(["GET csrf", "POST callback/credentials", "POST signout"]);

const bodyMaxBytes = 16 * 1024;

/** Answers a request to /api/auth. */
export async function answerAuth(request: Request): Promise<Response> {
  const { method, headers } = request;
  const { pathname } = new URL(request.url);
  if (!reachable.has(`${method} ${pathname.slice(basePath.length + 1)}`)) {
    return Response.json({ message: "Not found." }, { status: 404 });
  }
  const address = new URL(pathname, env().PUBLIC_URL);
  try {
    if (method === "GET") return await authJs.handlers.GET(new NextRequest(address, { headers }));
    const body = await readBounded(request, bodyMaxBytes);
    return sentHome(await authJs.handlers.POST(new NextRequest(address, { method, headers, body })));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return Response.json({ message: error.message }, { status: errorStatus[error.code] });
  }
}

/** Next takes 127.0.0.1 for localhost, and Auth.js redirects to what Next says. */
function sentHome(response: Response): Response {
  const location = response.headers.get("location");
  if (!location) return response;
  const { pathname, search } = new URL(location, env().PUBLIC_URL);
  const headers = new Headers(response.headers);
  headers.set("location", new URL(pathname + search, env().PUBLIC_URL).href);
  return new Response(response.body, { status: response.status, headers });
}
