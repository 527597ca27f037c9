import { AppError } from "../platform/errors.ts";
import type { Door, ReadCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { envelopeOf, type Envelope } from "./envelope.ts";
import { numberEvents } from "./numbering.ts";
import type { PollEvents } from "./schema.ts";
import { maySee } from "./visible.ts";

export type PolledEvents = {
  /** In the order of their numbers, which is that of their commits; of things that the caller may see. */
  items: Envelope[];
  /** What `after` is next time; the same as before when nothing has happened. */
  cursor: number;
  /** Whether there is more already. */
  more: boolean;
};

/** Numbers what has happened since somebody asked last, where that is needed for the answer. */
export async function prepareNumbers(door: Door, input: PollEvents): Promise<void> {
  const lacking = await transact(door, "read", async (ctx) => {
    const { seq, trimmedSeq } = await numbersOf(ctx);
    if (seq - (input.after ?? trimmedSeq) >= input.limit) return false;
    const waiting = await ctx.db.event.findFirst({ where: { seq: null }, select: { id: true } });
    return waiting !== null;
  });
  if (!lacking) return;
  try {
    await transact(door, "write", numberEvents);
  } catch (error) {
    // What has a number already can be read; the rest gets one when the organization is written to again.
    if (!(error instanceof AppError) || error.reason !== "organization_read_only") throw error;
  }
}

/**
 * What has happened behind a cursor, each event once and none left out. Throws AppError cursor_too_old when events
 * behind the cursor are not kept any more, and bad_cursor for one that is not of this organization's past.
 */
export async function pollEvents(ctx: ReadCtx, { after, limit }: PollEvents): Promise<PolledEvents> {
  const { seq, trimmedSeq } = await numbersOf(ctx);
  const from = after ?? trimmedSeq;
  if (from < trimmedSeq) {
    const message = "Events behind this cursor are not kept any more. Begin without a cursor.";
    throw new AppError("CONFLICT", "cursor_too_old", message, { field: "after" });
  }
  if (from > seq) {
    const message = "This cursor is not one of this organization. Begin without a cursor.";
    throw new AppError("BAD_REQUEST", "bad_cursor", message, { field: "after" });
  }
  const rows = await ctx.db.event.findMany({
    where: { seq: { gt: from } },
    orderBy: { seq: "asc" },
    take: limit,
    select: { id: true, type: true, at: true, data: true, seq: true },
  });
  const cursor = Number(rows.at(-1)?.seq ?? from);
  return {
    // Left out behind the cursor, not asked for around it: however little one may see, each call gets on.
    items: rows
      .filter(({ type }) => maySee(ctx.actor, type))
      .map((row) => envelopeOf(ctx.organization.id, row)),
    cursor,
    more: cursor < seq,
  };
}

/** Numbers of events stay far below 2^53. */
async function numbersOf(ctx: ReadCtx): Promise<{ seq: number; trimmedSeq: number }> {
  const row = await ctx.db.eventNumbers.findUniqueOrThrow({ where: { one: true } });
  return { seq: Number(row.seq), trimmedSeq: Number(row.trimmedSeq) };
}
