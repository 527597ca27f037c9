import http from "node:http";
import path from "node:path";
import { buildWeb } from "../dev/build.ts";
import { ROOT } from "../dev/checkout.ts";
import { startChild } from "../dev/embedded/children.ts";
import { freePort } from "../dev/embedded/ports.ts";
import { until } from "../dev/embedded/until.ts";

// The build that `npm test` makes too, so that a started Astra keeps its own.
const distDir = ".next-test";

/** A web process of this bench's own. */
export type Web = { origin: string; pid: number; stop(): Promise<void> };

/** What an HTTP request got. */
export type Reply = { status: number; cookies: string[]; body: string };

/**
 * Builds Astra if it has changed and starts its web process as `npm start` does, with further variables. Throws when it
 * gets not ready.
 */
export async function startWeb(env: Record<string, string> = {}): Promise<Web> {
  await buildWeb(distDir);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const said: string[] = [];
  const child = startChild({
    name: "The web process",
    command: process.execPath,
    args: [
      path.join(ROOT, "node_modules/next/dist/bin/next"),
      "start",
      "-H",
      "127.0.0.1",
      "-p",
      String(port),
    ],
    cwd: ROOT,
    // It inherits the logins; the administrator's and the owner's it never has.
    env: {
      PORT: String(port),
      PUBLIC_URL: origin,
      DATABASE_URL: "",
      DATABASE_OWNER_URL: "",
      NEXT_DIST_DIR: distDir,
      NEXT_TELEMETRY_DISABLED: "1",
      ...env,
    },
    output: (chunk) => said.push(chunk),
    deathSignal: "SIGKILL",
  });
  const ready = async () => {
    if (!child.isRunning())
      throw new Error(`The web process ended (${await child.ended}):\n${said.join("")}`);
    return call(`${origin}/api/health/ready`).then(
      ({ status }) => status === 200,
      () => false,
    );
  };
  await until(ready, { what: `The web process\n${said.join("")}`, timeoutMs: 60_000, everyMs: 50 });
  return { origin, pid: child.pid, stop: () => child.stop() };
}

const agent = new http.Agent({ keepAlive: true });

/** One HTTP request over a kept connection; with a form it is a POST. */
export function call(
  url: string,
  { cookie, form }: { cookie?: string; form?: Record<string, string> } = {},
): Promise<Reply> {
  const headers = { ...(cookie && { cookie }) };
  if (!form) return send(url, { method: "GET", headers });
  const body = new URLSearchParams(form).toString();
  return send(url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
    body,
  });
}

/** Posts JSON as it stands over a kept connection. */
export function post(url: string, body: string, headers: Record<string, string>): Promise<Reply> {
  return send(url, { method: "POST", headers: { ...headers, "content-type": "application/json" }, body });
}

type Sent = { method: string; headers: Record<string, string>; body?: string };

function send(url: string, { method, headers, body }: Sent): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent, headers, method });
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          cookies: response.headers["set-cookie"] ?? [],
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Signs in with a password, as the page does, and answers the cookies to come with. Throws when refused. */
export async function signIn(origin: string, person: { email: string; password: string }): Promise<string> {
  const first = await call(`${origin}/api/auth/csrf`);
  const { csrfToken } = JSON.parse(first.body) as { csrfToken: string };
  const jar = new Map<string, string>();
  keepCookies(jar, first);
  const form = { csrfToken, ...person };
  keepCookies(jar, await call(`${origin}/api/auth/callback/credentials`, { cookie: written(jar), form }));
  if (![...jar.keys()].some((name) => name.endsWith("astra.session")))
    throw new Error("the sign-in was refused");
  return written(jar);
}

function keepCookies(jar: Map<string, string>, { cookies }: Reply): void {
  for (const cookie of cookies) {
    const [pair = ""] = cookie.split(";");
    const at = pair.indexOf("=");
    jar.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

function written(jar: Map<string, string>): string {
  return [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
}
