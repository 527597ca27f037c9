import { Prisma } from "#prisma/generated/tenant/client.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import type { AuditStream, StreamError } from "./schema.ts";
import { readDestination } from "./stream-record.ts";

type Row = {
  id: string;
  name: string;
  destination: string;
  state: "active" | "paused";
  pausedAt: Date | null;
  failingSince: Date | null;
  attempts: number;
  error: StreamError | null;
  errorStatus: number | null;
  nextTryAt: Date | null;
  cursor: number;
  waiting: number;
  oldestAt: Date | null;
  deliveredAt: Date | null;
  gapFrom: number | null;
  gapThrough: number | null;
  gapAt: Date | null;
  overlapUntil: Date | null;
  createdAt: Date;
};

/** Every stream with its state and how far it is behind. */
export async function listStreams(ctx: ReadCtx): Promise<{ items: AuditStream[] }> {
  const rows = await ctx.db.$queryRaw<Row[]>(Prisma.sql`
    SELECT t.id, t.name, t.destination, t.state, t.paused_at AS "pausedAt", t.failing_since AS "failingSince",
      t.attempts, t.error, t.error_status AS "errorStatus", t.next_try_at AS "nextTryAt",
      t.cursor_seq::float8 AS cursor, (c.seq - greatest(t.cursor_seq, c.pruned_seq))::float8 AS waiting,
      (SELECT e.at FROM audit_seals s JOIN audit_entries e ON e.id = s.entry_id
       WHERE s.seq = greatest(t.cursor_seq, c.pruned_seq) + 1) AS "oldestAt",
      t.delivered_at AS "deliveredAt", t.gap_from::float8 AS "gapFrom", t.gap_through::float8 AS "gapThrough",
      t.gap_at AS "gapAt", t.overlap_until AS "overlapUntil", t.created_at AS "createdAt"
    FROM audit_streams t CROSS JOIN audit_chain c ORDER BY t.id`);
  const now = ctx.clock.now();
  return { items: rows.map((row) => presentStream(row, now)) };
}

function presentStream(row: Row, now: Date): AuditStream {
  const { failingSince, error, gapFrom, gapThrough, gapAt, overlapUntil } = row;
  const active = failingSince ? "failing" : "active";
  return {
    id: row.id,
    name: row.name,
    destination: readDestination(row.destination),
    state: row.state === "paused" ? "paused" : active,
    pausedAt: row.pausedAt,
    failing:
      failingSince && error
        ? {
            since: failingSince,
            attempts: row.attempts,
            error,
            status: row.errorStatus,
            nextTryAt: row.state === "active" ? row.nextTryAt : null,
          }
        : null,
    behind: { entries: row.waiting, oldestAt: row.oldestAt },
    deliveredThrough: row.cursor,
    deliveredAt: row.deliveredAt,
    gap:
      gapFrom !== null && gapThrough !== null && gapAt
        ? { from: gapFrom, through: gapThrough, at: gapAt }
        : null,
    overlapUntil: overlapUntil && overlapUntil > now ? overlapUntil : null,
    createdAt: row.createdAt,
  };
}
