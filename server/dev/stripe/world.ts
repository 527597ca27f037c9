import { randomBytes } from "node:crypto";

import type { Stripe } from "stripe";

import { missing } from "./fault.ts";

/** What there is, by the word that Stripe writes into `object`. */
export interface Kinds {
  customer: Stripe.Customer | Stripe.DeletedCustomer;
  product: Stripe.Product;
  price: Stripe.Price;
  payment_method: Stripe.PaymentMethod;
  payment_intent: Stripe.PaymentIntent;
  invoice: Stripe.Invoice;
  invoiceitem: Stripe.InvoiceItem;
  invoice_payment: Stripe.InvoicePayment;
  subscription: Stripe.Subscription;
  subscription_schedule: Stripe.SubscriptionSchedule;
  "checkout.session": Stripe.Checkout.Session;
  "billing_portal.session": Stripe.BillingPortal.Session;
  "billing_portal.configuration": Stripe.BillingPortal.Configuration;
  "billing.meter": Stripe.Billing.Meter;
  event: Stripe.Event;
  webhook_endpoint: Stripe.WebhookEndpoint;
  "test_helpers.test_clock": Stripe.TestHelpers.TestClock;
}

export type Kind = keyof Kinds;

/** What Stripe knows about its objects and does not show. */
export type Hidden = {
  /** The test card behind a payment method. */
  card?: string;
  /** An endpoint's signing secrets, the newest first. */
  secrets?: string[];
  /** A trial's end was announced. */
  reminded?: boolean;
  /** What a subscription becomes once the invoice of its pending update is paid, as text. */
  pending?: { invoice: string; becomes: string };
  /** What must be paid before a paused subscription runs again. */
  resumption?: string;
  /** What a checkout session was asked to make. */
  checkout?: Stripe.Checkout.SessionCreateParams;
  /** The payer said yes to the bank when the card was given. */
  authenticated?: boolean;
  /** What follows this customer's refused payments, where it differs from the account's choice. */
  retries?: Retries;
};

export type Usage = { meter: string; customer: string; value: number; timestamp: number };

/** How an account treats payments that fail, as set in Stripe's dashboard. */
export type Retries = {
  /** Days from one attempt to the next. */
  days: number[];
  /** What becomes of the subscription after the last attempt. */
  afterwards: "cancel" | "unpaid" | "pause" | "past_due";
};

const KINDS: { [K in Kind]: string } = {
  customer: "cus",
  product: "prod",
  price: "price",
  payment_method: "pm",
  payment_intent: "pi",
  invoice: "in",
  invoiceitem: "ii",
  invoice_payment: "inpay",
  subscription: "sub",
  subscription_schedule: "sub_sched",
  "checkout.session": "cs_test",
  "billing_portal.session": "bps",
  "billing_portal.configuration": "bpc",
  "billing.meter": "mtr_test",
  event: "evt",
  webhook_endpoint: "we",
  "test_helpers.test_clock": "clock",
};

/** Stripe forgets events after thirty days, this one when there are so many. */
const EVENTS_MAX = 20_000;

type Tables = { [K in Kind]: Map<string, Kinds[K]> };
type Stored = Kinds[Kind];

/** Everything that lives behind the API. Objects are replaced, never changed, so that a failed request leaves no trace. */
export class World {
  readonly tables: Tables;
  readonly hidden = new Map<string, Hidden>();
  /** Meter events by their identifier. */
  readonly usage = new Map<string, Usage>();
  retries: Retries = { days: [3, 5, 7], afterwards: "cancel" };
  /** How the next payments end, the first one first: a decline code, for one customer or for whoever comes. */
  outcomes: { code: string; customer: string | null }[] = [];
  /** Seconds that the clock of everything without a test clock is ahead of this machine's. */
  ahead = 0;
  /** While what fell due is caught up with, it is the moment at which it fell due. */
  catchingUp: number | null = null;
  readonly request: { id: string | null; idempotencyKey: string | null } = { id: null, idempotencyKey: null };
  /** Where the hosted pages are, without a slash at the end. */
  base = "";
  private undo: (() => void)[] = [];
  private readonly fresh: Stripe.Event[] = [];

  constructor() {
    // Every kind of KINDS gets its own map; the mapped type says no more than that.
    this.tables = Object.fromEntries(
      Object.keys(KINDS).map((kind) => [kind, new Map()]),
    ) as unknown as Tables;
  }

  /** Runs one act as a whole; gives back the events that came of it. A throw undoes it unless `keeps` says otherwise. */
  act<T>(
    run: () => T,
    keeps: (error: unknown) => boolean = () => false,
  ): { result: T; events: Stripe.Event[] } {
    this.undo = [];
    this.fresh.length = 0;
    try {
      return { result: run(), events: this.fresh.splice(0) };
    } catch (error) {
      if (!keeps(error)) {
        for (const back of this.undo.toReversed()) back();
        this.fresh.length = 0;
      }
      throw error;
    } finally {
      this.undo = [];
    }
  }

  /** Runs something for its answer only: whatever it wrote is undone. */
  imagine<T>(run: () => T): T {
    const undone = this.undo.length;
    const told = this.fresh.length;
    try {
      return run();
    } finally {
      for (const back of this.undo.splice(undone).toReversed()) back();
      this.fresh.length = told;
    }
  }

  /** What came about in an act that ended in a fault and was kept all the same. */
  leftEvents(): Stripe.Event[] {
    return this.fresh.splice(0);
  }

  id(kind: Kind): string {
    return `${KINDS[kind]}_${randomText(24)}`;
  }

  find<K extends Kind>(kind: K, id: string): Kinds[K] | undefined {
    return this.tables[kind].get(id);
  }

  /** Throws `resource_missing`. */
  get<K extends Kind>(kind: K, id: string, param?: string): Kinds[K] {
    const found = this.find(kind, id);
    if (!found) throw missing(kind, id, param);
    return found;
  }

  all<K extends Kind>(kind: K): Kinds[K][] {
    return [...this.tables[kind].values()];
  }

  put<K extends Kind>(kind: K, object: Kinds[K]): Kinds[K] {
    const table: Map<string, Stored> = this.tables[kind];
    const before = table.get(object.id);
    this.undo.push(() => (before ? table.set(object.id, before) : table.delete(object.id)));
    table.set(object.id, object);
    return object;
  }

  remove(kind: Kind, id: string): void {
    const table: Map<string, Stored> = this.tables[kind];
    const before = [...table];
    this.undo.push(() => {
      table.clear();
      for (const [key, object] of before) table.set(key, object);
    });
    table.delete(id);
  }

  known(id: string): Hidden {
    return this.hidden.get(id) ?? {};
  }

  hide(id: string, facts: Hidden): void {
    const before = this.hidden.get(id);
    this.undo.push(() => (before ? this.hidden.set(id, before) : this.hidden.delete(id)));
    this.hidden.set(id, { ...before, ...facts });
  }

  /** Changes some keys and tells of it; `type` null tells nobody. */
  change<K extends Kind>(kind: K, id: string, patch: Partial<Kinds[K]>, type: string | null): Kinds[K] {
    const before = this.get(kind, id);
    const next: Kinds[K] = { ...before, ...patch };
    this.put(kind, next);
    if (type) this.emit(type, next, changed(before, next));
    return next;
  }

  /** Seconds. A customer's test clock stands still until it is advanced. */
  now(clock: string | null = null): number {
    if (clock) return this.get("test_helpers.test_clock", clock).frozen_time;
    return this.catchingUp ?? this.real() + this.ahead;
  }

  /** Seconds, of this machine: some things at Stripe know no other clock, whoever lives by one. */
  real(): number {
    return Math.floor(Date.now() / 1_000);
  }

  emit(type: string, object: Stored, previous?: Record<string, unknown>): void {
    const clock = "test_clock" in object && object.test_clock ? idOf(object.test_clock) : null;
    const event = {
      id: this.id("event"),
      object: "event",
      api_version: API_VERSION,
      created: this.now(clock),
      data: { object: plain(object), ...(previous ? { previous_attributes: plain(previous) } : {}) },
      livemode: false,
      pending_webhooks: 0,
      request: { id: this.request.id, idempotency_key: this.request.idempotencyKey },
      type,
    };
    // Which object belongs to which type is decided where the event is emitted.
    const made = event as unknown as Stripe.Event;
    this.put("event", made);
    this.fresh.push(made);
    const [oldest] = this.tables.event.keys();
    if (this.tables.event.size > EVENTS_MAX && oldest !== undefined) this.tables.event.delete(oldest);
  }
}

/** The version that the installed `stripe` package asks for. */
export const API_VERSION = "2026-10-28.endive" satisfies Stripe.LatestApiVersion;

/** The id of what Stripe's types call expandable; the world keeps ids only. */
export function idOf(reference: string | { id: string }): string {
  return typeof reference === "string" ? reference : reference.id;
}

/** As it goes over the wire. */
export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function changed(before: object, next: object): Record<string, unknown> {
  const old = new Map(Object.entries(before));
  const previous: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(next)) {
    if (JSON.stringify(old.get(key)) !== JSON.stringify(value)) previous[key] = old.get(key) ?? null;
  }
  return previous;
}

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Letters and digits by chance. */
export function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => LETTERS[byte % LETTERS.length]).join("");
}
