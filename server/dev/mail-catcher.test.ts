import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import path from "node:path";

import { createTransport } from "nodemailer";
import { afterEach, describe, expect, test } from "vitest";

import { type MailCatcher, startMailCatcher } from "./mail-catcher-server.ts";

let catcher: MailCatcher | undefined;
afterEach(async () => {
  await catcher?.close();
  catcher = undefined;
});

async function start(keptMax?: number): Promise<MailCatcher> {
  catcher = await startMailCatcher({ smtpPort: 0, httpPort: 0, keptMax });
  return catcher;
}

type Draft = { to: string; subject?: string; html?: string; text?: string };

/** Sends over one connection: each new one is greeted only after a pause. */
async function send({ smtpPort }: MailCatcher, ...mails: Draft[]) {
  const transport = createTransport({
    host: "127.0.0.1",
    port: smtpPort,
    pool: true,
    maxConnections: 1,
    maxMessages: 1_000,
  });
  try {
    for (const mail of mails) {
      await transport.sendMail({ from: "Astra <no-reply@astra.localhost>", ...mail });
    }
  } finally {
    transport.close();
  }
}

async function read({ httpPort }: MailCatcher, place: string, host = `127.0.0.1:${httpPort}`) {
  const request = http.get({
    port: httpPort,
    host: "127.0.0.1",
    path: place,
    headers: { host },
    agent: false,
  });
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
}

describe("the mail catcher", () => {
  test("shows what it caught, the newest first, and by address as JSON", async () => {
    const running = await start();
    await send(running, { to: "ada@example.com", subject: "One", text: "first" });
    await send(running, { to: "bob@example.com", subject: "Two", html: "<p>second</p>" });
    const all = JSON.parse((await read(running, "/api/mails")).body) as { subject: string }[];
    expect(all.map((mail) => mail.subject)).toEqual(["Two", "One"]);
    const adas = JSON.parse((await read(running, "/api/mails?to=ADA@example.com")).body) as unknown[];
    expect(adas).toMatchObject([{ subject: "One", to: ["ada@example.com"], text: "first\n" }]);
    const page = await read(running, "/mails/1");
    expect(page.body).toContain("<h1>One</h1>");
  });

  test("keeps the last mails and forgets older ones", async () => {
    const running = await start(3);
    const drafts = ["1", "2", "3", "4", "5"].map((subject) => ({ to: "a@example.com", subject }));
    await send(running, ...drafts);
    expect(running.mails.map((mail) => mail.subject)).toEqual(["5", "4", "3"]);
  });

  test("runs nothing that a mail brings along", async () => {
    const running = await start();
    const script = "<script>alert(1)</script>";
    await send(running, {
      to: "a@example.com",
      subject: script,
      html: `<html><head></head><body>${script}</body>`,
    });
    const page = await read(running, "/mails/1");
    expect(page.body).not.toContain(script);
    const framed = await read(running, "/mails/1/html");
    expect(framed.headers["content-security-policy"]).toMatch(/default-src 'none';.*; sandbox allow-popups/);
    expect(framed.headers["content-security-policy"]).not.toContain("allow-scripts");
  });

  test("answers only to names of this machine", async () => {
    const running = await start();
    expect((await read(running, "/", `localhost:${running.httpPort}`)).status).toBe(200);
    expect((await read(running, "/api/mails", "evil.example")).status).toBe(403);
  });

  test("turns an address away for as long as it is told to", async () => {
    const running = await start();
    const refused = new URL("/api/refused?to=Ada@example.com", `http://127.0.0.1:${running.httpPort}`);
    await fetch(refused, { method: "PUT" });
    await expect(send(running, { to: "ada@example.com" })).rejects.toThrow("451");
    await send(running, { to: "bob@example.com", subject: "another's" });
    await fetch(refused, { method: "DELETE" });
    await send(running, { to: "ada@example.com", subject: "again" });
    expect(running.mails.map((mail) => mail.subject)).toEqual(["again", "another's"]);
  });

  test("refuses a mail that is too large, and goes on", async () => {
    const running = await start();
    const huge = { to: "a@example.com", text: "x".repeat(6 * 1024 * 1024) };
    await expect(send(running, huge)).rejects.toThrow("552");
    await send(running, { to: "a@example.com", subject: "small" });
    expect(running.mails.map((mail) => mail.subject)).toEqual(["small"]);
  });
});

function launch() {
  return spawn(process.execPath, [path.join(import.meta.dirname, "mail-catcher.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, MAIL_CATCHER_SMTP_PORT: "0", MAIL_CATCHER_HTTP_PORT: "0" },
  });
}

describe("its process", () => {
  test.each(["SIGTERM", "a closed pipe"])("says when it is ready and ends on %s", async (reason) => {
    const child = launch();
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    expect(line.toString()).toMatch(
      /^mail catcher ready: smtp:\/\/127\.0\.0\.1:\d+ http:\/\/127\.0\.0\.1:\d+\n/,
    );
    if (reason === "SIGTERM") child.kill("SIGTERM");
    else child.stdin.end();
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
