import { randomUUID } from "node:crypto";
import { wakeRelay } from "../jobs/wake.ts";
import { AppError } from "../platform/errors.ts";
import type { Door } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { inLog, type LogDoor } from "./log-transaction.ts";
import { logDoor } from "./owner-door.ts";
import type { StreamError } from "./schema.ts";
import { askForStreams, deliveredAtOnce, takeStreamsTurn } from "./stream-ask.ts";
import { readBatch, StreamChainBroken, type Position, type ReadBatch } from "./stream-batch.ts";
import { openCredential, readDestination } from "./stream-record.ts";
import { sendBatch, type SendOptions, type Sent } from "./stream-send.ts";
import { tellFailing, tellResumed } from "./stream-telling.ts";

/** Longer than any request may take. The job of a deliverer that died comes again sooner, and takes its place. */
const leaseSeconds = 60;
/** After so long others have their turn; what is left has a job of its own. */
const turnMs = 15_000;
const pauseMsFirst = 5_000;
const pauseMsMax = 600_000;
/** A store gets one object a minute, not one for each entry. */
const s3PauseMs = 60_000;

/** Which job delivers, and the signal that it is another's by now. */
type DeliveryJob = { id: string; signal?: AbortSignal };

/**
 * Sends what a stream has not got yet, batch after batch. Any number may run: the row's lease lets one in, and the
 * organization has so many places. The cursor moves in a commit of its own after the destination said yes, so that
 * every entry arrives at least once. A failure is noted, and another try asked for; it does not fail the job.
 */
export async function deliverStream(
  door: Door,
  { streamId }: { streamId: string },
  job: DeliveryJob = { id: randomUUID() },
): Promise<void> {
  const delivery = await Delivery.begin(door, streamId, job);
  if (!delivery) return;
  try {
    await delivery.run();
  } finally {
    await delivery.end();
  }
}

type LeasedRow = {
  kind: Position["kind"];
  destination: string;
  credential: string;
  cursor: number;
  head: string | null;
  batch_through: number | null;
  overlapping: boolean;
};

class Delivery {
  readonly #door: Door;
  readonly #logOf: LogDoor;
  readonly #lease: string;
  readonly #row: LeasedRow;
  readonly #position: Position;
  readonly #signal: AbortSignal | undefined;
  readonly #begun = performance.now();

  constructor(
    door: Door,
    logOf: LogDoor,
    { lease, signal }: { lease: string; signal: AbortSignal | undefined },
    row: LeasedRow & { id: string },
  ) {
    this.#door = door;
    this.#logOf = logOf;
    this.#lease = lease;
    this.#signal = signal;
    this.#row = row;
    const { id, kind, cursor, head, batch_through: batchThrough } = row;
    this.#position = { id, kind, cursor, head, batchThrough };
  }

  /** Takes the lease; null when somebody else has it or every place is taken, or when nothing is to be sent now. */
  static async begin(door: Door, streamId: string, job: DeliveryJob): Promise<Delivery | null> {
    const logOf = await logDoor(door.organization.id);
    const lease = randomUUID();
    const row = await inLog(logOf, async (client) => {
      await takeStreamsTurn(client);
      const { rows } = await client.query<LeasedRow>(
        `UPDATE audit_streams t SET lease = $2, lease_until = now() + $3 * interval '1 second', lease_job = $4
         WHERE id = $1 AND state = 'active' AND (lease_until IS NULL OR lease_until < now() OR lease_job = $4)
           AND (next_try_at IS NULL OR next_try_at <= now())
           AND (SELECT count(*) FROM audit_streams o WHERE o.id <> t.id AND o.lease_until > now()) < $5
         RETURNING kind, destination, credential, cursor_seq::float8 AS cursor, encode(cursor_head, 'hex') AS head,
           batch_through::float8 AS batch_through, coalesce(overlap_until > now(), false) AS overlapping`,
        [streamId, lease, leaseSeconds, job.id, deliveredAtOnce],
      );
      // Woken before its time: this job was the one that waited, so another is asked for.
      if (!rows[0]) await askForStreams(client, logOf.organizationId, streamId);
      return rows[0];
    });
    const held = { lease, signal: job.signal };
    return row ? new Delivery(door, logOf, held, { ...row, id: streamId }) : null;
  }

  async run(): Promise<void> {
    const options = await this.#open();
    if (!options) return;
    while (performance.now() - this.#begun < turnMs && !this.#signal?.aborted) {
      const now = this.#door.clock.now();
      const batch = await this.#read(now);
      if (!batch) return;
      // No transaction is open here: a destination may take its time.
      const sent = await sendBatch(batch, { ...options, now });
      if (!sent.ok) return this.#noteFailure(sent);
      if (!(await this.#moveOn(batch))) return;
    }
  }

  /**
   * Gives the lease back. What was sealed meanwhile, or is left, has a job of its own then, and so have the
   * organization's other streams that found no place.
   */
  async end(): Promise<void> {
    const { id } = this.#position;
    await inLog(this.#logOf, (client) =>
      client.query(
        "UPDATE audit_streams SET lease = NULL, lease_until = NULL, lease_job = NULL WHERE id = $1 AND lease = $2",
        [id, this.#lease],
      ),
    );
    // Behind that commit: a sealer that found the lease taken has committed before, and is answered for here.
    const asked = await inLog(this.#logOf, (client) => askForStreams(client, this.#logOf.organizationId));
    if (asked > 0) wakeRelay("stream");
  }

  async #open(): Promise<Omit<SendOptions, "now"> | null> {
    const { destination, credential, overlapping } = this.#row;
    const stream = { organizationId: this.#door.organization.id, id: this.#position.id };
    try {
      const opened = await transact(this.#door, "read", (ctx) => openCredential(ctx.db, stream, credential));
      return { destination: readDestination(destination), credential: opened, overlapping };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === "FORBIDDEN") {
        await this.#wait();
        return null;
      }
      if (!error.reason.startsWith("secret_")) throw error;
      await this.#noteFailure({ error: "secret", status: null, retryAfterMs: null });
      return null;
    }
  }

  /** A suspended organization's stream is looked at now and then; it has not failed. */
  async #wait(): Promise<void> {
    await inLog(this.#logOf, (client) =>
      client.query(
        "UPDATE audit_streams SET next_try_at = now() + $3 * interval '1 millisecond' WHERE id = $1 AND lease = $2",
        [this.#position.id, this.#lease, pauseMsMax],
      ),
    );
  }

  async #read(now: Date): Promise<ReadBatch | null> {
    try {
      return await inLog(this.#logOf, async (client) => {
        const batch = await readBatch(client, this.#logOf, this.#position, now);
        if (!batch) return null;
        const held = await client.query(
          `UPDATE audit_streams SET batch_through = $3, lease_until = now() + $4 * interval '1 second'
           WHERE id = $1 AND lease = $2 AND state = 'active'`,
          [this.#position.id, this.#lease, batch.through, leaseSeconds],
        );
        return held.rowCount === 1 ? batch : null;
      });
    } catch (error) {
      if (!(error instanceof StreamChainBroken)) throw error;
      this.#door.log.error(
        { err: error, stream: this.#position.id },
        "a stream stands before a broken chain",
      );
      await this.#noteFailure({ error: "chain_broken", status: null, retryAfterMs: null });
      return null;
    }
  }

  /** Notes a delivery. Answers whether to go on: not when the stream was paused or taken over meanwhile. */
  async #moveOn({ through, head, gap }: ReadBatch): Promise<boolean> {
    const { id, kind } = this.#position;
    const moved = await inLog(this.#logOf, async (client) => {
      const { rows } = await client.query<{ active: boolean; name: string; failed: number }>(
        `WITH before AS (SELECT attempts FROM audit_streams WHERE id = $1)
         UPDATE audit_streams SET cursor_seq = $3, cursor_head = decode($4, 'hex'), batch_through = NULL,
           delivered_at = now(), failing_since = NULL, attempts = 0, error = NULL, error_status = NULL,
           next_try_at = CASE WHEN $5::int > 0 AND $3 >= (SELECT seq FROM audit_chain)
             THEN now() + $5::int * interval '1 millisecond' END,
           gap_from = coalesce($6, gap_from), gap_through = coalesce($7, gap_through),
           gap_at = CASE WHEN $6::bigint IS NULL THEN gap_at ELSE now() END
         WHERE id = $1 AND lease = $2
         RETURNING state = 'active' AND next_try_at IS NULL AS active, name, (SELECT attempts FROM before) AS failed`,
        [id, this.#lease, through, head, kind === "s3" ? s3PauseMs : 0, gap?.from, gap?.through],
      );
      return rows[0];
    });
    if (moved) await tellResumed(this.#door, { id, name: moved.name, attempts: moved.failed });
    Object.assign(this.#position, { cursor: through, head, batchThrough: null });
    return moved?.active ?? false;
  }

  async #noteFailure(
    failed: Pick<Extract<Sent, { ok: false }>, "error" | "status" | "retryAfterMs">,
  ): Promise<void> {
    const {
      error,
      status,
      retryAfterMs,
    }: { error: StreamError; status: number | null; retryAfterMs: number | null } = failed;
    const { rows } = await inLog(this.#logOf, (client) =>
      client.query<{ id: string; name: string; attempts: number }>(
        `UPDATE audit_streams SET failing_since = coalesce(failing_since, now()), attempts = attempts + 1,
           error = $3, error_status = $4, next_try_at = now() + interval '1 millisecond' * round(
             greatest($5::float8, least($6::float8 * 2 ^ least(attempts, 20), $7::float8) * (0.8 + random() * 0.4)))
         WHERE id = $1 AND lease = $2 RETURNING id, name, attempts`,
        [this.#position.id, this.#lease, error, status, retryAfterMs ?? 0, pauseMsFirst, pauseMsMax],
      ),
    );
    this.#door.log.warn({ stream: this.#position.id, error, status }, "a stream could not be delivered");
    if (rows[0]) await tellFailing(this.#door, rows[0], error);
  }
}
