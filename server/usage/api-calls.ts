import { v7 as uuid } from "uuid";
import { findOrganizationById } from "../access/directory.ts";
import { AppError } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import { usageCalls } from "../platform/metrics.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import { hourMs } from "./periods.ts";
import { recordUsage } from "./record.ts";

/** A process that is killed loses what was counted in so long: less is billed then, and never more. */
const flushEveryMs = 5_000;
/** In one round; what is left has the next one. */
const roundMax = 250;
/** Others need the connections more. */
const atOnce = 2;
const pauseMaxMs = 60_000;
/** By then an identifier may be forgotten, and the batch would count twice. Half of what the records are kept for. */
const triedForMs = 12 * hourMs;
const organizationsMax = 50_000;
const closeMs = 5_000;

/** What is on its way to the database: kept as it is until it has arrived, for the same identifier counts once. */
type Batch = { identifier: string; calls: number; since: number; tries: number; notBefore: number };
type Counted = { calls: number; batch: Batch | null };

/**
 * Counts the calls of each organization in memory and notes them every few seconds. A count costs a call nothing, and
 * memory holds a number and at most one batch for each organization that calls.
 */
export class ApiCallCounter {
  readonly #process = uuid();
  readonly #counted = new Map<string, Counted>();
  #batches = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #full = false;
  readonly #now: () => number;
  readonly #everyMs: number;

  constructor({ now = Date.now, everyMs = flushEveryMs }: { now?: () => number; everyMs?: number } = {}) {
    this.#now = now;
    this.#everyMs = everyMs;
  }

  /** Counts one call, and awaits nothing. */
  count(organizationId: string): void {
    const known = this.#counted.get(organizationId);
    if (known) known.calls += 1;
    else if (this.#counted.size < organizationsMax)
      this.#counted.set(organizationId, { calls: 1, batch: null });
    else return this.#giveUp(1);
    this.#timer ??= setTimeout(() => this.#tick(), this.#everyMs).unref();
  }

  /** Notes what was counted, of as many as one round has room for. Throws nothing: what fails waits for the next one. */
  async flush(): Promise<void> {
    // One at a time: the rounds take turns at the same batches.
    while (this.#flushing) await this.#flushing;
    this.#flushing = this.#round().finally(() => (this.#flushing = undefined));
    await this.#flushing;
  }

  /** Notes all that was counted, as far as it can be within seconds. Counting may go on. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const end = performance.now() + closeMs;
    for (const { batch } of this.#counted.values()) if (batch) batch.notBefore = 0;
    while (this.#counted.size > 0 && performance.now() < end) {
      const before = this.#counted.size;
      await this.flush();
      // What failed just now fails again.
      if (this.#counted.size === before) break;
    }
  }

  #tick(): void {
    this.#timer = undefined;
    void this.flush().finally(() => {
      if (this.#counted.size > 0) this.#timer ??= setTimeout(() => this.#tick(), this.#everyMs).unref();
    });
  }

  async #round(): Promise<void> {
    const now = this.#now();
    const due: string[] = [];
    for (const [id, { batch }] of this.#counted) {
      if (due.length === roundMax) break;
      if (!batch || batch.notBefore <= now) due.push(id);
    }
    const work = async () => {
      for (let id = due.shift(); id !== undefined; id = due.shift()) await this.#note(id);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }

  async #note(organizationId: string): Promise<void> {
    const counted = this.#counted.get(organizationId);
    if (!counted) return;
    const batch = (counted.batch ??= this.#seal(counted));
    try {
      await noteCalls(organizationId, batch);
      usageCalls.inc({ outcome: "noted" }, batch.calls);
      if (counted.batch === batch) counted.batch = null;
    } catch (error) {
      this.#putOff(organizationId, counted, batch, error);
    }
    // Behind the others, so that each has its turn however many there are.
    this.#counted.delete(organizationId);
    if (counted.calls > 0 || counted.batch) this.#counted.set(organizationId, counted);
  }

  #seal(counted: Counted): Batch {
    const { calls } = counted;
    counted.calls = 0;
    this.#batches += 1;
    return {
      identifier: `${this.#process}:${this.#batches}`,
      calls,
      since: this.#now(),
      tries: 0,
      notBefore: 0,
    };
  }

  #putOff(organization: string, counted: Counted, batch: Batch, error: unknown): void {
    const now = this.#now();
    batch.tries += 1;
    batch.notBefore = now + Math.min(this.#everyMs * 2 ** batch.tries, pauseMaxMs);
    const gone = error instanceof AppError && error.code === "NOT_FOUND";
    if (!gone && now - batch.since <= triedForMs) {
      if (batch.tries === 1) log("usage").warn({ organization, err: error }, "API calls are not noted yet");
      return;
    }
    log("usage").warn({ organization, calls: batch.calls, err: error }, "API calls are given up uncounted");
    counted.batch = null;
    this.#giveUp(batch.calls);
  }

  #giveUp(calls: number): void {
    usageCalls.inc({ outcome: "given_up" }, calls);
    if (this.#counted.size < organizationsMax || this.#full) return;
    this.#full = true;
    log("usage").error("more organizations call than this process counts for");
  }
}

async function noteCalls(organizationId: string, { identifier, calls }: Batch): Promise<void> {
  const organization = await findOrganizationById(organizationId);
  if (!organization) throw new AppError("NOT_FOUND", "no_tenant", "The organization does not exist.");
  const door = systemDoor(organization, { id: `usage ${identifier}`, ip: null, userAgent: null });
  await transact(door, "write", (ctx) => recordUsage(ctx, "api_calls", calls, identifier));
}

let counter: ApiCallCounter | undefined;

/** Counts one call that an API key was let through with, for the organization's usage. */
export function countApiCall(organizationId: string): void {
  counter ??= openCounter();
  counter.count(organizationId);
}

/** Notes what this process has counted so far. */
export async function closeApiCalls(): Promise<void> {
  await counter?.close();
}

function openCounter(): ApiCallCounter {
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => flushBeforeExit(signal));
  return new ApiCallCounter();
}

/**
 * The server that we run in ends its process by itself once the last request is answered, and asks nobody. So its last
 * word is held back for as long as it takes to note what those requests were.
 */
function flushBeforeExit(signal: "SIGTERM" | "SIGINT"): void {
  const exit = process.exit.bind(process);
  let asked = false;
  const later = (code?: number | string | null) => {
    if (asked) return;
    asked = true;
    void closeApiCalls().finally(() => exit(code));
  };
  // Whoever calls it does nothing afterwards: it is the last thing that the server does.
  process.exit = later as typeof process.exit;
  // By listening we have taken the signal from the runtime, which would have ended the process.
  if (process.listenerCount(signal) === 0) later(signal === "SIGTERM" ? 143 : 130);
}
