import { randomUUID } from "node:crypto";
import { wakeRelay } from "../jobs/wake.ts";
import { AppError } from "../platform/errors.ts";
import { webhookTries } from "../platform/metrics.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { recordTries, renewLease } from "./record.ts";
import { openHeaders, openSecrets } from "./secrets.ts";
import { gone, sendOnce, type Destination, type DueDelivery, type Outcome } from "./send.ts";
import { endSend, takeSend } from "./slots.ts";
import { tellOfOutcomes } from "./telling.ts";
import { claimDue, letGo, putAside, settleAsks, takeLease, type EndpointRow } from "./turn.ts";

/** After so long others have their turn; what is left is asked for anew. */
const turnMs = 5_000;
/** How long an outcome waits for others to be noted with it. */
const gatherMs = 100;
const gatherMax = 250;
/** What has become of the endpoint is looked at so often at least. */
const renewMs = 1_000;
const claimMin = 50;
const claimMax = 500;
/** A longer wait for the endpoint's next moment is not sat out. */
const sitOutMs = 1_000;
/** When the organization gets no slot just now, it is asked again after so long. */
const slotsPauseMs = 5;

/**
 * One turn at one endpoint: takes its lease, sends what is due with as many requests at once, and as many a second,
 * as the endpoint takes, and notes what became of them, many in each transaction. Nothing that a receiver does ends
 * it early; what was sent and could not be noted is sent again.
 */
export class Driver {
  readonly #door: Door;
  readonly #endpointId: string;
  readonly #lease = randomUUID();
  readonly #begun = performance.now();
  #destination: Destination | undefined;
  #limits = { concurrency: 1, gapMs: 0 };
  /** What the destination was made of. */
  #source: EndpointRow | undefined;
  #state: EndpointRow["state"] = "active";
  #queue: DueDelivery[] = [];
  readonly #sending = new Set<string>();
  #outcomes: Outcome[] = [];
  #gatheredAt = 0;
  #exchangedAt = 0;
  #notBefore = 0;
  #more = false;
  #closing = false;
  #woken = false;
  #released = false;
  #ended = false;
  #happened = Promise.withResolvers<void>();

  constructor(door: Door, endpointId: string) {
    this.#door = door;
    this.#endpointId = endpointId;
  }

  /** There may be more to send than was found. False when it has come to its end already, and will not look. */
  wake(): boolean {
    if (this.#ended) return false;
    this.#woken = true;
    this.#stir();
    return true;
  }

  /** Begins nothing more, and comes to an end when what is on its way has arrived. */
  close(): void {
    this.#closing = true;
    this.#stir();
  }

  /** Makes the turn. Answers whether there may be something that it has not seen, so that another should follow. */
  async run(): Promise<boolean> {
    try {
      if (!(await this.#begin())) return false;
      while (!this.#released) {
        if (performance.now() - this.#begun > turnMs) this.#closing = true;
        this.#startSending();
        if (this.#mustExchange()) await this.#exchange();
        else await this.#somethingHappens();
      }
      return this.#woken;
    } finally {
      // Also where nothing can be noted any more: what is on its way arrives, but nothing follows it.
      this.end();
    }
  }

  /** From here on it looks at nothing more. */
  end(): void {
    this.#closing = true;
    this.#ended = true;
  }

  async #begin(): Promise<boolean> {
    this.#woken = false;
    const found = await transact(this.#door, "write", async (ctx) => {
      const row = await takeLease(ctx, this.#endpointId, this.#lease);
      if (!row) return null;
      await this.#learn(ctx, row);
      await settleAsks(ctx, this.#endpointId);
      return this.#claim(ctx);
    });
    if (!found) return false;
    this.#queue.push(...found);
    this.#exchangedAt = performance.now();
    return true;
  }

  /** What the row says is so from now on, also for what is queued already. */
  async #learn(ctx: WriteCtx, row: EndpointRow): Promise<void> {
    const known = this.#source;
    this.#source = row;
    this.#state = row.state;
    this.#limits = {
      concurrency: row.concurrency,
      gapMs: row.perSecond === null ? 0 : 1_000 / row.perSecond,
    };
    if (row.restMs > 0) this.#notBefore = Math.max(this.#notBefore, performance.now() + row.restMs);
    if (row.state !== "active" || row.restMs > sitOutMs) this.#closing = true;
    const same =
      known?.secret === row.secret &&
      known.previousSecret === row.previousSecret &&
      known.headers === row.headers &&
      known.overlapUntil?.getTime() === row.overlapUntil?.getTime();
    const opened = same && this.#destination ? this.#destination.opened : await this.#open(ctx, row);
    const { url, payload, schedule } = row;
    this.#destination = { organizationId: ctx.organization.id, url, payload, schedule, opened };
  }

  async #open(ctx: WriteCtx, row: EndpointRow): Promise<Destination["opened"]> {
    // Of a deleted one there are none any more.
    if (row.state !== "active") return null;
    const owner = { organizationId: ctx.organization.id, id: this.#endpointId };
    try {
      const secrets = await openSecrets(ctx.db, owner, row, ctx.clock.now());
      return { secrets, headers: await openHeaders(ctx.db, owner, row.headers) };
    } catch (error) {
      if (!(error instanceof AppError) || !error.reason.startsWith("secret_")) throw error;
      ctx.log.error({ err: error, endpoint: this.#endpointId }, "an endpoint's secrets do not open");
      return null;
    }
  }

  async #claim(ctx: WriteCtx): Promise<DueDelivery[]> {
    this.#more = false;
    if (this.#closing) return [];
    const wanted = Math.min(claimMax, Math.max(claimMin, this.#limits.concurrency * 10));
    const most = wanted - this.#queue.length;
    this.#more = true;
    if (most <= 0) return [];
    const inHand = [...this.#queue.map(({ id }) => id), ...this.#sending, ...this.#outcomes.map(idOf)];
    const found = await claimDue(ctx, this.#endpointId, most, inHand);
    this.#more = found.length === most;
    return found;
  }

  #startSending(): void {
    if (this.#closing) {
      this.#queue = [];
      return;
    }
    while (this.#queue.length > 0 && this.#sending.size < this.#limits.concurrency) {
      const now = performance.now();
      if (now < this.#notBefore || !takeSend(this.#door.organization.id)) return;
      if (this.#limits.gapMs > 0) this.#notBefore = Math.max(this.#notBefore, now) + this.#limits.gapMs;
      const due = this.#queue.shift();
      if (due && this.#destination) void this.#send(this.#destination, due);
    }
  }

  async #send(destination: Destination, due: DueDelivery): Promise<void> {
    this.#sending.add(due.id);
    try {
      const outcome = await sendOnce(destination, due, this.#door.clock.now());
      if (this.#outcomes.length === 0) this.#gatheredAt = performance.now();
      this.#outcomes.push(outcome);
      if (outcome.restMs > 0 || outcome.status === gone) this.#closing = true;
    } catch (error) {
      // Nothing was noted of it, so it is due as before; but not in a circle.
      this.#door.log.error({ err: error, delivery: due.id }, "a delivery could not be tried");
      this.#closing = true;
    } finally {
      this.#sending.delete(due.id);
      endSend(this.#door.organization.id);
      this.#startSending();
      this.#stir();
    }
  }

  get #idle(): boolean {
    return this.#sending.size === 0 && (this.#queue.length === 0 || this.#closing);
  }

  #mustExchange(): boolean {
    const now = performance.now();
    if (this.#idle) return true;
    if (this.#outcomes.length >= gatherMax || now - this.#exchangedAt > renewMs) return true;
    if (this.#outcomes.length > 0 && now - this.#gatheredAt >= gatherMs) return true;
    if (this.#closing) return false;
    // Who wakes it may also have stopped the endpoint, so that nothing of what is queued is to go out.
    if (this.#woken && now - this.#exchangedAt >= gatherMs) return true;
    return this.#queue.length < this.#limits.concurrency && (this.#more || this.#woken);
  }

  /** Notes what has become of tries, and claims more or lets go; in one transaction, while others go on being sent. */
  async #exchange(): Promise<void> {
    const outcomes = [...this.#outcomes];
    const idle = this.#idle;
    // Who wakes it from here on may come too late for what is looked at here.
    this.#woken = false;
    const found = await transact(this.#door, "write", (ctx) => this.#exchangeIn(ctx, outcomes, idle));
    this.#exchangedAt = performance.now();
    this.#gatheredAt = this.#exchangedAt;
    this.#outcomes.splice(0, outcomes.length);
    for (const { state } of outcomes) webhookTries.inc({ outcome: state });
    if (found) this.#queue.push(...found);
    else this.#released = true;
  }

  /** Answers what was claimed; null when the lease is gone: let go, or lost. */
  async #exchangeIn(ctx: WriteCtx, outcomes: Outcome[], idle: boolean): Promise<DueDelivery[] | null> {
    const row = await renewLease(ctx, this.#endpointId, this.#lease, outcomes);
    if (!row) return null;
    await recordTries(ctx, this.#endpointId, outcomes);
    await tellOfOutcomes(ctx, this.#endpointId, row, outcomes);
    await this.#learn(ctx, row);
    await settleAsks(ctx, this.#endpointId);
    const found = await this.#claim(ctx);
    if (!idle || found.length > 0) return found;
    if (this.#state !== "active" && (await putAside(ctx, this.#endpointId, this.#state))) return found;
    const restMs = this.#limits.gapMs > 0 ? Math.max(0, this.#notBefore - performance.now()) : 0;
    if (await letGo(ctx, this.#endpointId, this.#lease, restMs)) ctx.afterCommit(() => wakeRelay("webhooks"));
    return null;
  }

  #stir(): void {
    this.#happened.resolve();
  }

  async #somethingHappens(): Promise<void> {
    const now = performance.now();
    const waits = [renewMs - (now - this.#exchangedAt)];
    if (this.#woken && !this.#closing) waits.push(gatherMs - (now - this.#exchangedAt));
    if (this.#outcomes.length > 0) waits.push(gatherMs - (now - this.#gatheredAt));
    if (this.#queue.length > 0 && this.#sending.size < this.#limits.concurrency)
      waits.push(Math.max(this.#notBefore - now, now < this.#notBefore ? 1 : slotsPauseMs));
    const timer = setTimeout(() => this.#stir(), Math.max(1, Math.min(...waits)));
    await this.#happened.promise;
    clearTimeout(timer);
    this.#happened = Promise.withResolvers();
  }
}

function idOf({ deliveryId }: Outcome): string {
  return deliveryId;
}
