import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { domainToASCII } from "node:url";
import { callbackify } from "node:util";

import PostalMime, { type Address } from "postal-mime";
import { SMTPServer, type SMTPServerSession } from "smtp-server";

import { lookAgain, mailPage } from "./mail-catcher-page.ts";

const LOOPBACK = "127.0.0.1";
const MAIL_BYTES_MAX = 5 * 1024 * 1024;

export interface CaughtMail {
  id: number;
  receivedAt: string;
  from: string;
  /** Whom the mail server was told to give it to, whatever the mail's own lines say. */
  to: string[];
  subject: string;
  messageId: string;
  text: string;
  html: string;
  headers: { name: string; value: string }[];
}

export interface MailCatcher {
  smtpPort: number;
  httpPort: number;
  /** The newest first. */
  mails: readonly CaughtMail[];
  close: () => Promise<void>;
}

export interface MailCatcherOptions {
  /** 0 means a free one. */
  smtpPort: number;
  httpPort: number;
  /** Older mails are forgotten. */
  keptMax?: number | undefined;
}

/** Takes every mail, delivers none, and shows the last ones on a page. Loopback only. */
export async function startMailCatcher(options: MailCatcherOptions): Promise<MailCatcher> {
  const mails: CaughtMail[] = [];
  const refused = new Set<string>();
  const smtp = smtpServer(refused, (mail) => {
    mails.unshift(mail);
    mails.splice(options.keptMax ?? 200);
  });
  const web = http.createServer((request, response) => answer(request, response, { mails, refused }));
  await listen((port, ready) => smtp.listen(port, LOOPBACK, ready), smtp, options.smtpPort);
  await listen((port, ready) => web.listen(port, LOOPBACK, ready), web, options.httpPort);
  return {
    smtpPort: portOf(smtp.server.address()),
    httpPort: portOf(web.address()),
    mails,
    async close() {
      web.closeAllConnections();
      await Promise.all([
        new Promise<void>((resolve) => web.close(() => resolve())),
        new Promise<void>((resolve) => smtp.close(() => resolve())),
      ]);
    },
  };
}

function listen(
  start: (port: number, ready: () => void) => unknown,
  server: { once: (event: "error", take: (error: Error) => void) => unknown },
  port: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    start(port, resolve);
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("No TCP address");
  return address.port;
}

function smtpServer(refused: ReadonlySet<string>, take: (mail: CaughtMail) => void): SMTPServer {
  let lastId = 0;
  const server = new SMTPServer({
    name: "mail-catcher",
    banner: "Astra's mail catcher: nothing leaves this machine",
    // Whoever reaches the loopback address may send: the mails go nowhere.
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    size: MAIL_BYTES_MAX,
    closeTimeout: 500,
    onRcptTo({ address }, _session, done) {
      if (!refused.has(inAscii(address).toLowerCase())) return done();
      done(Object.assign(new Error("The mailbox takes no mail just now"), { responseCode: 451 }));
    },
    onData(stream, session, done) {
      callbackify(readMail)(stream, session, (error, mail) => {
        if (error) return done(error);
        lastId += 1;
        take({ ...mail, id: lastId });
        done();
      });
    },
  });
  // A client that breaks off is no reason to end.
  server.on("error", () => {});
  return server;
}

async function readMail(
  stream: NodeJS.ReadableStream & { sizeExceeded?: boolean },
  session: SMTPServerSession,
): Promise<Omit<CaughtMail, "id">> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    // After the limit the rest is read and dropped: the client hears of it at the end.
    if (!stream.sizeExceeded) chunks.push(Buffer.from(chunk));
  }
  if (stream.sizeExceeded) throw Object.assign(new Error("The mail is too large"), { responseCode: 552 });
  const mail = await PostalMime.parse(Buffer.concat(chunks));
  return {
    receivedAt: new Date().toISOString(),
    from: written(mail.from),
    to: session.envelope.rcptTo.map((recipient) => inAscii(recipient.address)),
    subject: mail.subject ?? "",
    messageId: mail.messageId ?? "",
    text: mail.text ?? "",
    html: mail.html ?? "",
    headers: mail.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
  };
}

/** The SMTP server shows domains in Unicode; we want the form in which they were sent. */
function inAscii(address: string): string {
  const at = address.lastIndexOf("@");
  return address.slice(0, at + 1) + (domainToASCII(address.slice(at + 1)) || address.slice(at + 1));
}

function written(address: Address | undefined): string {
  if (!address) return "";
  return address.name ? `${address.name} <${address.address ?? ""}>` : (address.address ?? "");
}

const OWN_SCRIPT = `'sha256-${createHash("sha256").update(lookAgain).digest("base64")}'`;

const HTML_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  // Whatever a mail holds, nothing of it runs, loads or calls home.
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

type Caught = {
  mails: readonly CaughtMail[];
  /** Addresses whose mails are turned away for now; a test says which. */
  refused: Set<string>;
};

function answer(request: http.IncomingMessage, response: http.ServerResponse, caught: Caught): void {
  const { mails, refused } = caught;
  // Another site's name that leads to this machine (DNS rebinding) must not read the mails.
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  if (host !== LOOPBACK && host !== "localhost")
    return end(response, 403, "This page is for this machine only.");
  const url = new URL(request.url ?? "/", `http://${LOOPBACK}`);
  const to = url.searchParams.get("to")?.toLowerCase();
  // Other sites' pages cannot send these: a browser asks first, and gets no leave.
  if (url.pathname === "/api/refused" && to && (request.method === "PUT" || request.method === "DELETE")) {
    if (request.method === "PUT") refused.add(to);
    else refused.delete(to);
    return end(response, 200, JSON.stringify([...refused]), JSON_HEADERS);
  }
  if (request.method !== "GET") return end(response, 405, "Only GET.");
  const wanted = to ? mails.filter((mail) => mail.to.some((address) => address.toLowerCase() === to)) : mails;
  if (url.pathname === "/api/mails/newest") {
    return end(response, 200, JSON.stringify({ id: mails[0]?.id ?? 0 }), JSON_HEADERS);
  }
  if (url.pathname === "/api/mails") return end(response, 200, JSON.stringify(wanted), JSON_HEADERS);
  const body = /^\/mails\/(\d+)\/html$/.exec(url.pathname);
  if (body) {
    const mail = mails.find(({ id }) => id === Number(body[1]));
    return mail
      ? end(response, 200, framed(mail.html), FRAMED_HEADERS)
      : end(response, 404, "This mail is gone.");
  }
  const chosen = /^\/(?:mails\/(\d+))?$/.exec(url.pathname);
  if (!chosen) return end(response, 404, "There is no such page.");
  const open = chosen[1] ? mails.find(({ id }) => id === Number(chosen[1])) : undefined;
  return end(response, 200, mailPage(wanted, open, to ?? ""), PAGE_HEADERS);
}

const PAGE_HEADERS = {
  ...HTML_HEADERS,
  "content-security-policy": `${HTML_HEADERS["content-security-policy"]}; script-src ${OWN_SCRIPT}; connect-src 'self'`,
};

const FRAMED_HEADERS = {
  ...HTML_HEADERS,
  "content-security-policy": `${HTML_HEADERS["content-security-policy"]}; sandbox allow-popups allow-popups-to-escape-sandbox`,
};

/** Links open a tab of their own: inside the frame they would be refused. */
function framed(html: string): string {
  return html.includes("<head>") ? html.replace("<head>", '<head><base target="_blank">') : html;
}

const JSON_HEADERS = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };

function end(
  response: http.ServerResponse,
  status: number,
  body: string,
  headers: http.OutgoingHttpHeaders = { "content-type": "text/plain; charset=utf-8" },
): void {
  response.writeHead(status, headers).end(body);
}
