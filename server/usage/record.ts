import { enqueue } from "../jobs/enqueue.ts";
import type { Meter } from "../plans/catalogue.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { meters } from "./meters.ts";
import { hourMs, hourOf } from "./periods.ts";

/** More than this at once is an error of ours. */
export const quantityMax = 1_000_000_000;
const identifierMax = 200;

/** An hour is added up after every transaction that began in it is over, whatever clocks differ by. */
const settleMs = 120_000;
/** Organizations are spread over so long: not all of them are added up at the same moment. */
const spreadMs = 480_000;

/**
 * Counts what was used, in the transaction in which it is used. The same identifier counts once, however often and
 * by however many at once it is recorded, for a day at least. Answers whether it was new. The first record of an hour
 * asks for the hour to be added up. Throws RangeError for a quantity or an identifier that cannot be.
 */
export async function recordUsage(
  ctx: WriteCtx,
  meter: Meter,
  quantity: number,
  identifier: string,
): Promise<boolean> {
  if (!Object.hasOwn(meters, meter)) throw new RangeError("There is no meter of this name.");
  if (!Number.isSafeInteger(quantity) || quantity < 1 || quantity > quantityMax) {
    throw new RangeError(`A quantity is a whole number from 1 to ${quantityMax}.`);
  }
  if (identifier.length === 0 || identifier.length > identifierMax || identifier.includes("\0")) {
    throw new RangeError(`An identifier has 1 to ${identifierMax} characters.`);
  }
  const at = ctx.clock.now();
  const [row] = await ctx.db.$queryRaw<{ counted: number; first: number }[]>`
    WITH counted AS (
      INSERT INTO usage_records (meter, identifier, quantity, at)
      VALUES (${meter}, ${identifier}, ${quantity}::bigint, ${at}::timestamptz)
      ON CONFLICT (meter, identifier) DO NOTHING RETURNING true
    ), first AS (
      INSERT INTO usage_asks (hour) SELECT ${hourOf(at)}::timestamptz FROM counted
      ON CONFLICT (hour) DO NOTHING RETURNING true
    )
    SELECT (SELECT count(*) FROM counted)::int AS counted, (SELECT count(*) FROM first)::int AS first`;
  if (row?.first) await enqueue(ctx, "usage.fold", {}, { at: foldTime(ctx.organization.id, at) });
  return row?.counted === 1;
}

/** When the hour of a moment is added up. */
export function foldTime(organizationId: string, at: Date): Date {
  // Any even spread will do, as long as it is the same each time. The last digits of an id are random.
  const share = Number.parseInt(organizationId.slice(-8), 16) / 0x1_0000_0000;
  return new Date(hourOf(at).getTime() + hourMs + settleMs + Math.floor(share * spreadMs));
}
