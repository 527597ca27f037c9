import { createHmac } from "node:crypto";

import PQueue from "p-queue";
import type { Stripe } from "stripe";

import { wants } from "./events.ts";
import type { World } from "./world.ts";

export type DeliveryOptions = {
  /** How long after each failed attempt the next one comes; after the last there is none. */
  delaysMs?: readonly number[];
  timeoutMs?: number;
};

export type Attempt = { event: string; type: string; endpoint: string; status: number | null; at: number };

type Job = { event: Stripe.Event; endpoint: string; attempt: number };

const DELAYS_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000];
const TIMEOUT_MS = 10_000;
const CONCURRENCY = 16;
const LOG_MAX = 20_000;

/** Brings events to the endpoints, signed as Stripe signs them. Tests may hold, reorder, repeat and drop them. */
export class Deliveries {
  readonly log: Attempt[] = [];
  private readonly world: World;
  private readonly delaysMs: readonly number[];
  private readonly timeoutMs: number;
  private readonly queue = new PQueue({ concurrency: CONCURRENCY });
  private readonly timers = new Set<NodeJS.Timeout>();
  private held: Job[] | null = null;
  private drops: { type: string; left: number }[] = [];
  private closed = false;

  constructor(world: World, options: DeliveryOptions) {
    this.world = world;
    this.delaysMs = options.delaysMs ?? DELAYS_MS;
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  /** Takes what came about, for every endpoint that wants it. */
  accept(events: readonly Stripe.Event[]): void {
    for (const event of events) {
      if (this.dropped(event.type)) continue;
      for (const endpoint of this.world.tables.webhook_endpoint.values())
        if (endpoint.status === "enabled" && wants(endpoint.enabled_events, event.type))
          this.add({ event, endpoint: endpoint.id, attempt: 0 });
    }
  }

  /** Sends an event again, `copies` times at once. */
  resend(event: Stripe.Event, copies: number): void {
    for (const { id } of this.world.tables.webhook_endpoint.values())
      for (let copy = 0; copy < copies; copy += 1) this.add({ event, endpoint: id, attempt: 0 });
  }

  /** From now on nothing goes out. */
  hold(): void {
    this.held ??= [];
  }

  /** What was held goes out, in this order, each so many times. */
  release(order: "made" | "reversed" | "shuffled", copies: number): number {
    const held = this.held ?? [];
    this.held = null;
    const ordered = order === "reversed" ? held.toReversed() : order === "shuffled" ? shuffled(held) : held;
    for (const job of ordered) for (let copy = 0; copy < copies; copy += 1) this.add(job);
    return held.length;
  }

  /** The next `count` events of a type ("*" for any) reach nobody. */
  drop(type: string, count: number): void {
    this.drops.push({ type, left: count });
  }

  /** What is on its way, held, or waits for its next attempt. */
  counts(): { pending: number; held: number; waiting: number } {
    return {
      pending: this.queue.size + this.queue.pending,
      held: this.held?.length ?? 0,
      waiting: this.timers.size,
    };
  }

  /** Resolves when nothing is on its way. What waits for its next attempt does not count. */
  async idle(): Promise<void> {
    await this.queue.onIdle();
  }

  /** Stops: nothing more is begun. */
  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.queue.clear();
    await this.queue.onIdle();
  }

  private dropped(type: string): boolean {
    const rule = this.drops.find(({ type: one, left }) => left > 0 && (one === "*" || one === type));
    if (!rule) return false;
    rule.left -= 1;
    return true;
  }

  private add(job: Job): void {
    if (this.held) this.held.push(job);
    else if (!this.closed) void this.queue.add(() => this.send(job));
  }

  private async send(job: Job): Promise<void> {
    const endpoint = this.world.find("webhook_endpoint", job.endpoint);
    if (!endpoint || endpoint.status !== "enabled" || this.closed) return;
    const status = await this.post(endpoint, job.event);
    this.log.push({
      event: job.event.id,
      type: job.event.type,
      endpoint: endpoint.id,
      status,
      at: Date.now(),
    });
    if (this.log.length > LOG_MAX) this.log.shift();
    if (status === null || status < 200 || status > 299) this.later(job);
  }

  private later(job: Job): void {
    const delay = this.delaysMs[job.attempt];
    if (delay === undefined || this.closed) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.add({ ...job, attempt: job.attempt + 1 });
    }, delay);
    timer.unref();
    this.timers.add(timer);
  }

  private async post(endpoint: Stripe.WebhookEndpoint, event: Stripe.Event): Promise<number | null> {
    const url = new URL(endpoint.url);
    // Nothing of a test leaves this machine.
    if (url.hostname !== "127.0.0.1" && url.hostname !== "localhost" && url.hostname !== "[::1]") return null;
    const body = JSON.stringify({ ...event, pending_webhooks: 1 }, null, 2);
    try {
      const answer = await fetch(url, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json; charset=utf-8",
          "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
          "stripe-signature": signature(body, this.world.known(endpoint.id).secrets ?? []),
        },
        redirect: "manual",
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      await answer.body?.cancel();
      return answer.status;
    } catch {
      return null;
    }
  }
}

/** Stripe's own header: one signature for each secret that counts at the moment. The time is this machine's. */
function signature(body: string, secrets: readonly string[]): string {
  const moment = Math.floor(Date.now() / 1_000);
  const signed = secrets.map((secret) =>
    createHmac("sha256", secret).update(`${moment}.${body}`).digest("hex"),
  );
  return [`t=${moment}`, ...signed.map((one) => `v1=${one}`)].join(",");
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((one) => ({ one, by: Math.random() }))
    .toSorted((a, b) => a.by - b.by)
    .map(({ one }) => one);
}
