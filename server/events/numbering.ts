import { Prisma } from "#prisma/generated/tenant/client.ts";
import type { WriteCtx } from "../tenancy/context.ts";

const batchRows = 2_000;

type Numbers = { home: string; seq: bigint };

/**
 * Gives the next events their numbers, in the order of their transactions, and of their ids within one; an event whose
 * transaction commits late comes later, and so is never passed by a cursor. Any number of callers may ask at once: the
 * row of numbers lets one in at a time. Answers whether there may be more.
 */
export async function numberEvents(ctx: WriteCtx): Promise<boolean> {
  const held = await ctx.db.$queryRaw<Numbers[]>`SELECT home, seq FROM event_numbers FOR UPDATE`;
  const numbers = held[0];
  if (!numbers) throw new Error("the row of numbers is missing");
  const home = await presentHome(ctx);
  const moved = numbers.home !== "" && numbers.home !== home;
  // A statement of its own, behind the lock: it sees what the one before has numbered.
  const rows = await ctx.db.$queryRaw<{ last: bigint | null; numbered: number }[]>`
    WITH chosen AS MATERIALIZED (${moved ? movedEvents : settledEvents}),
    given AS (
      UPDATE events e SET seq = ${numbers.seq}::bigint + c.place FROM chosen c WHERE e.id = c.id RETURNING e.seq
    )
    SELECT max(g.seq) AS last, count(*)::int AS numbered FROM given g`;
  const { last = null, numbered = 0 } = rows[0] ?? {};
  if (last !== null || home !== numbers.home) {
    await ctx.db.$executeRaw`UPDATE event_numbers SET seq = ${last ?? numbers.seq}::bigint, home = ${home}`;
  }
  return numbered === batchRows;
}

// Between the two bounds some transaction may still run; what lies beyond them has come from another server, and is
// over there.
const settledEvents = Prisma.sql`
  SELECT n.id, row_number() OVER (ORDER BY n.xid, n.id) AS place FROM (
    SELECT e.id, e.xid FROM events e
    WHERE e.seq IS NULL AND (
      e.xid < (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
      OR e.xid >= (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint))
    ORDER BY e.xid, e.id LIMIT ${batchRows}) n`;

// Just moved: transactions of two servers have no order among them, but ids carry their time.
const movedEvents = Prisma.sql`
  SELECT n.id, row_number() OVER (ORDER BY n.id) AS place FROM (
    SELECT e.id FROM events e WHERE e.seq IS NULL ORDER BY e.id LIMIT ${batchRows}) n`;

/** The server and the epoch to which transaction ids belong at present. */
async function presentHome(ctx: WriteCtx): Promise<string> {
  const rows = await ctx.db.$queryRaw<{ home: string }[]>`
    SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || epoch AS home FROM tenant_guard`;
  return rows[0]?.home ?? "";
}
