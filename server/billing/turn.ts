import { setTimeout as sleep } from "node:timers/promises";
import { platformDb } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";

/** A look at Stripe must be over by then; a process that dies with it blocks nobody for longer. */
const heldSeconds = 30;
const patienceMs = 15_000;
const pauseMs = 50;

/** The right to look at one customer of Stripe, and to write down what was seen. */
export type Turn = {
  organizationId: string;
  customerId: string;
  ticket: bigint;
  /** When the look began, by the database's clock. */
  from: Date;
  closed: boolean;
};

/**
 * Takes the customer's turn: one at a time looks, and the later look has the greater ticket. Waits for the one
 * before. Answers null for a customer that nobody has. Throws AppError busy.
 */
export async function takeTurn(customerId: string): Promise<Turn | null> {
  for (const end = performance.now() + patienceMs; ;) {
    const rows = await platformDb().$queryRaw<Turn[]>`
      UPDATE billing_customers SET ticket = ticket + 1, held_until = now() + ${heldSeconds} * interval '1 second'
      WHERE customer_id = ${customerId} AND (held_until IS NULL OR held_until < now())
      RETURNING organization_id AS "organizationId", customer_id AS "customerId", ticket,
        clock_timestamp() AS "from", closed_at IS NOT NULL AS closed`;
    if (rows[0]) return rows[0];
    const there = await platformDb().billingCustomer.count({ where: { customerId } });
    if (there === 0) return null;
    if (performance.now() > end) throw busy();
    await sleep(pauseMs * (0.5 + Math.random()));
  }
}

/**
 * Whether the turn is still one's own; if so it lasts as long as from its beginning. To be asked before what changes
 * something at Stripe: who was kept waiting there for too long may have been overtaken.
 */
export async function keepTurn({ customerId, ticket }: Turn): Promise<boolean> {
  const kept = await platformDb().$executeRaw`
    UPDATE billing_customers SET held_until = now() + ${heldSeconds} * interval '1 second'
    WHERE customer_id = ${customerId} AND ticket = ${ticket}`;
  return kept > 0;
}

/** What somebody is told who waited for a turn in vain. */
export function busy(): AppError {
  const message = "The payments of this organization are being looked at. Try again.";
  return new AppError("UNAVAILABLE", "busy", message);
}

/** Gives a turn back that wrote nothing; one that was taken over is left to its new holder. */
export async function giveTurnBack({ customerId, ticket }: Turn): Promise<void> {
  await platformDb().billingCustomer.updateMany({ where: { customerId, ticket }, data: { heldUntil: null } });
}
