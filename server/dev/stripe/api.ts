// One request to the API, from its headers to its answer.
import { createHash } from "node:crypto";

import type { Stripe } from "stripe";

import { cancelNow } from "./subscriptions.ts";
import { checkoutRoutes } from "./checkout-sessions.ts";
import { customerRoutes } from "./customers.ts";
import { eventRoutes } from "./events.ts";
import { expanded } from "./expand.ts";
import { Fault, invalid } from "./fault.ts";
import { readForm, type Tree } from "./form.ts";
import { invoiceRoutes } from "./invoices.ts";
import { meterRoutes } from "./meters.ts";
import { paymentMethodRoutes } from "./payment-methods.ts";
import { portalRoutes } from "./portal-sessions.ts";
import { priceRoutes } from "./prices.ts";
import { productRoutes } from "./products.ts";
import type { Route } from "./route.ts";
import { subscriptionRoutes } from "./subscription-routes.ts";
import { scheduleRoutes } from "./subscription-schedules.ts";
import { testClockRoutes } from "./test-clocks.ts";
import { API_VERSION, randomText, type World } from "./world.ts";

const KEYS_MAX = 20_000;

export type ApiRequest = {
  method: string;
  path: string;
  query: string;
  body: string;
  authorization: string | undefined;
  version: string | undefined;
  idempotencyKey: string | undefined;
};

export type ApiAnswer = { status: number; body: unknown; headers: Record<string, string> };

type Remembered = { fingerprint: string; status: number; body: unknown };

const ROUTES: Route[] = [
  ...customerRoutes((world, customer) => {
    for (const { id, customer: owner, status } of world.all("subscription"))
      if (owner === customer && status !== "canceled" && status !== "incomplete_expired")
        cancelNow(world, id, undefined);
  }),
  ...paymentMethodRoutes,
  ...productRoutes,
  ...priceRoutes,
  ...subscriptionRoutes,
  ...scheduleRoutes,
  ...invoiceRoutes,
  ...checkoutRoutes,
  ...portalRoutes,
  ...meterRoutes,
  ...eventRoutes,
  ...testClockRoutes,
];

/** Answers requests, each as a whole or not at all, and remembers answers by their idempotency keys. */
export class Api {
  private readonly world: World;
  private readonly tell: (events: readonly Stripe.Event[]) => void;
  private readonly remembered = new Map<string, Remembered>();

  /** `tell` hears of the events of each request. */
  constructor(world: World, tell: (events: readonly Stripe.Event[]) => void) {
    this.world = world;
    this.tell = tell;
  }

  /** Never throws for what a caller did: that is an answer with an envelope. */
  answer(request: ApiRequest): ApiAnswer {
    const id = `req_${randomText(14)}`;
    const headers: Record<string, string> = { "request-id": id, "stripe-version": API_VERSION };
    if (request.idempotencyKey) headers["idempotency-key"] = request.idempotencyKey;
    try {
      checkKey(request.authorization);
      checkVersion(request.version);
      return { headers, ...this.once(request, id, headers) };
    } catch (error) {
      return { headers, ...enveloped(error, id) };
    }
  }

  /** Keeps an answer for whoever asks the same with the same key. */
  remember(request: ApiRequest, answer: { status: number; body: unknown }): void {
    const key = request.method === "POST" ? request.idempotencyKey : undefined;
    if (key === undefined) return;
    this.remembered.set(key, { fingerprint: fingerprintOf(request), ...answer });
    if (this.remembered.size > KEYS_MAX) this.remembered.delete([...this.remembered.keys()][0] ?? "");
  }

  private once(
    request: ApiRequest,
    id: string,
    headers: Record<string, string>,
  ): { status: number; body: unknown } {
    const key = request.method === "POST" ? request.idempotencyKey : undefined;
    if (key === undefined) return this.outcome(request, id);
    if (key.length > 255) throw invalid("Idempotency keys have at most 255 characters.");
    const known = this.remembered.get(key);
    if (known && known.fingerprint !== fingerprintOf(request)) {
      throw new Fault(400, {
        type: "idempotency_error",
        message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      });
    }
    if (known) {
      headers["idempotent-replayed"] = "true";
      return { status: known.status, body: known.body };
    }
    const answer = this.outcome(request, id);
    this.remember(request, answer);
    return answer;
  }

  /** A refused payment is an answer to be remembered; a wrong request is none, it can be mended and sent again. */
  private outcome(request: ApiRequest, id: string): { status: number; body: unknown } {
    try {
      return this.run(request, id);
    } catch (error) {
      if (error instanceof Fault && error.status === 402) return enveloped(error, id);
      throw error;
    }
  }

  private run(request: ApiRequest, id: string): { status: number; body: unknown } {
    const { route, ids } = found(request.method, request.path);
    const tree = readForm(request.method === "POST" ? request.body : request.query);
    const { world } = this;
    world.request.id = id;
    world.request.idempotencyKey = request.idempotencyKey ?? null;
    try {
      const { result, events } = world.act(
        () => expanded(world, route.answer(world, tree, ids, request.path), pathsOf(tree)),
        (error) => error instanceof Fault && error.keepsChanges,
      );
      this.tell(events);
      return { status: 200, body: result };
    } catch (error) {
      this.tell(world.leftEvents());
      throw error;
    } finally {
      world.request.id = null;
      world.request.idempotencyKey = null;
    }
  }
}

function fingerprintOf({ path, body }: ApiRequest): string {
  return createHash("sha256").update(`${path}\n${body}`).digest("base64");
}

function found(method: string, path: string): { route: Route; ids: string[] } {
  for (const route of ROUTES) {
    const match = route.method === method ? route.pattern.exec(path) : null;
    if (match) return { route, ids: match.slice(1).map(decodeURIComponent) };
  }
  throw new Fault(404, {
    type: "invalid_request_error",
    message: `Unrecognized request URL (${method}: ${path}).`,
  });
}

function pathsOf(tree: Tree): string[] {
  const given = tree.expand;
  if (given === undefined) return [];
  if (typeof given === "string") throw invalid("Invalid array", "expand");
  return Object.values(given).filter((path) => typeof path === "string");
}

function checkKey(authorization: string | undefined): void {
  const key = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1] ?? "";
  if (/^(sk|rk)_live_/.test(key))
    throw new Fault(401, {
      type: "invalid_request_error",
      message: "This is a stand-in for Stripe. It takes no live key; take this one out of its configuration.",
    });
  if (!/^(sk|rk)_test_\w+$/.test(key))
    throw new Fault(401, {
      type: "invalid_request_error",
      message: key === "" ? "You did not provide an API key." : "Invalid API Key provided.",
    });
}

function checkVersion(version: string | undefined): void {
  if (version !== undefined && version !== API_VERSION)
    throw invalid(`The stand-in speaks the API version ${API_VERSION} only, not ${version}.`);
}

/** Every error has Stripe's envelope; what we did wrong ourselves is a 500 of theirs. */
export function enveloped(error: unknown, id: string): { status: number; body: unknown } {
  if (error instanceof Fault)
    return { status: error.status, body: { error: { ...error.envelope, request_log_url: `/logs/${id}` } } };
  const message = error instanceof Error ? error.message : "Something went wrong";
  return { status: 500, body: { error: { type: "api_error", message: `The stand-in failed: ${message}` } } };
}
