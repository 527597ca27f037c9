import http from "node:http";
import type { AddressInfo } from "node:net";

import { Api, enveloped, type ApiAnswer, type ApiRequest } from "./api.ts";
import { expireSessions } from "./checkout-sessions.ts";
import { answerControl, Faults } from "./control.ts";
import { Deliveries, type DeliveryOptions } from "./deliveries.ts";
import {
  checkoutPage,
  invoicePage,
  Refused,
  sendCheckout,
  sendInvoice,
  type PageAnswer,
  type Sent,
} from "./hosted-pages.ts";
import { catchUp } from "./lifecycle.ts";
import { messagePage } from "./page.ts";
import { portalPage, sendPortal } from "./portal-page.ts";
import { keepSnapshot, moveTo, restore } from "./snapshot.ts";
import { World } from "./world.ts";

const LOOPBACK = "127.0.0.1";
const BODY_BYTES_MAX = 1024 * 1024;
const TICK_MS = 1_000;

export type StandInOptions = {
  /** 0 means a free one. */
  port: number;
  /** Where the state is kept from one run to the next; without it, it ends with the process. */
  file?: string | undefined;
  deliveries?: DeliveryOptions | undefined;
};

export type StandIn = {
  port: number;
  /** Where API, hosted pages and control are, without a slash at the end. */
  url: string;
  close: () => Promise<void>;
};

type Parts = {
  world: World;
  api: Api;
  deliveries: Deliveries;
  faults: Faults;
  touch: () => void;
  tick: () => void;
};

/** A server that speaks Stripe's API for this machine. It listens on the loopback address only and takes no live key. */
export async function startStripeStandIn(options: StandInOptions): Promise<StandIn> {
  const world = new World();
  if (options.file) restore(world, options.file);
  const snapshot = options.file ? keepSnapshot(world, options.file) : undefined;
  const deliveries = new Deliveries(world, options.deliveries ?? {});
  const api = new Api(world, (events) => deliveries.accept(events));
  const tick = () => {
    try {
      deliveries.accept(world.act(() => passTime(world)).events);
    } finally {
      world.catchingUp = null;
    }
  };
  const parts: Parts = { world, api, deliveries, faults: new Faults(), touch: () => snapshot?.touch(), tick };
  const server = http.createServer((request, response) => {
    void serve(parts, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, LOOPBACK, resolve);
  });
  // A TCP server's address is an object.
  const { port } = server.address() as AddressInfo;
  moveTo(world, `http://${LOOPBACK}:${port}`);
  const ticking = setInterval(tick, TICK_MS).unref();
  return {
    port,
    url: world.base,
    async close() {
      clearInterval(ticking);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await deliveries.close();
      await snapshot?.close();
    },
  };
}

function passTime(world: World): void {
  expireSessions(world);
  catchUp(world, null, world.now());
}

async function serve(
  parts: Parts,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? "/", parts.world.base);
    // Another site's name that leads to this machine (DNS rebinding) must reach nothing here.
    if (!ownName(request.headers.host)) return end(response, 403, "For this machine only.", TEXT);
    const body = await bodyOf(request);
    if (body === null) return end(response, 413, "Too large.", TEXT);
    if (url.pathname.startsWith("/_control/")) {
      // The type keeps other sites' pages out: their browser would have to ask first, and gets no leave.
      if (request.method === "POST" && request.headers["content-type"] !== "application/json")
        return end(response, 415, "JSON only.", TEXT);
      const answer = await answerControl(parts, request.method ?? "", url.pathname, body);
      parts.touch();
      return end(response, answer.status, JSON.stringify(answer.body), JSON_TYPE);
    }
    parts.tick();
    if (url.pathname.startsWith("/v1/")) serveApi(parts, request, response, url, body);
    else servePage(parts, request, response, url, body);
    parts.touch();
  } catch (error) {
    const { status, body } = enveloped(error, "");
    end(response, status, JSON.stringify(body), JSON_TYPE);
  }
}

function serveApi(
  { api, faults }: Parts,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  url: URL,
  body: string,
): void {
  const method = request.method ?? "GET";
  const asked: ApiRequest = {
    method,
    path: url.pathname,
    query: url.search.slice(1),
    body,
    authorization: request.headers.authorization,
    version: oneOf(request.headers["stripe-version"]),
    idempotencyKey: oneOf(request.headers["idempotency-key"]),
  };
  const fault = faults.take(method, url.pathname);
  if (fault?.remembered) api.remember(asked, { status: fault.status, body: JSON.parse(fault.body) });
  if (fault && !fault.applied) return end(response, fault.status, fault.body, JSON_TYPE);
  const answer: ApiAnswer = api.answer(asked);
  if (fault) return end(response, fault.status, fault.body, JSON_TYPE);
  end(response, answer.status, JSON.stringify(answer.body, null, 2), { ...JSON_TYPE, ...answer.headers });
}

function servePage(
  parts: Parts,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  url: URL,
  body: string,
): void {
  const { world, deliveries } = parts;
  const [, place = "", id = ""] = /^\/(c\/pay|p\/session|i)\/(\w+)$/.exec(url.pathname) ?? [];
  const { read, send } = PAGES[place] ?? {};
  if (!read || !send) return end(response, 404, messagePage("Nothing here", "There is no such page."), HTML);
  if (request.method === "GET") return endPage(response, read(world, id));
  if (request.method !== "POST") return end(response, 405, "Only GET and POST.", TEXT);
  const { origin } = request.headers;
  if (origin !== undefined && origin !== `http://${request.headers.host}`)
    return end(response, 403, "This form was sent by another site.", TEXT);
  try {
    const { result, events } = world.act(() => send(world, id, new Map(new URLSearchParams(body))));
    deliveries.accept(events);
    endPage(response, result);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    endPage(response, error.page());
  }
}

const PAGES: Record<
  string,
  {
    read: (world: World, id: string) => PageAnswer;
    send: (world: World, id: string, sent: Sent) => PageAnswer;
  }
> = {
  "c/pay": { read: (world, id) => checkoutPage(world, id), send: sendCheckout },
  "p/session": { read: (world, id) => portalPage(world, id), send: sendPortal },
  i: { read: (world, id) => invoicePage(world, id), send: sendInvoice },
};

const TEXT = { "content-type": "text/plain; charset=utf-8" };
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };
const HTML = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
};

function endPage(response: http.ServerResponse, answer: PageAnswer): void {
  if ("location" in answer) return end(response, 303, "", { location: answer.location });
  // A browser holds the redirect after a form against form-action, hence the places that it may lead to.
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${answer.origins.join(" ")}`;
  end(response, answer.status, answer.body, { ...HTML, "content-security-policy": policy });
}

function ownName(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host ?? "");
}

function oneOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

async function bodyOf(request: http.IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    // A request without an encoding gives buffers.
    chunks.push(chunk as Buffer);
    size += chunks.at(-1)?.length ?? 0;
    if (size > BODY_BYTES_MAX) return null;
  }
  return Buffer.concat(chunks).toString("utf8");
}

function end(
  response: http.ServerResponse,
  status: number,
  body: string,
  headers: http.OutgoingHttpHeaders,
): void {
  response.writeHead(status, headers).end(body);
}
