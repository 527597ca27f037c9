import { asOwner } from "../fleet/owner.ts";
import type { PlatformJobName } from "./registry.ts";

/** Platform jobs that repeat, each with its pause in seconds. Their payload is empty. */
export const schedules = {
  "fleet.fill-ready-pool": { everySeconds: 60 },
  "jobs.trim": { everySeconds: 600 },
  "audit.sweep": { everySeconds: 10 },
  "audit.sweep-all": { everySeconds: 300 },
  "audit.retain": { everySeconds: 21_600 },
  "projects.purge": { everySeconds: 21_600 },
  "invites.trim": { everySeconds: 21_600 },
  "notifications.trim": { everySeconds: 21_600 },
  "api-keys.warn": { everySeconds: 21_600 },
  "webhooks.count": { everySeconds: 300 },
  "webhooks.trim": { everySeconds: 21_600 },
  "billing.reconcile": { everySeconds: 86_400 },
  "billing.remind-trials": { everySeconds: 3_600 },
  "usage.trim": { everySeconds: 21_600 },
} as const satisfies Partial<Record<PlatformJobName, { everySeconds: number }>>;

/**
 * Accepts the repeating jobs that are due. The row in `astra.schedules` moves on in the commit of the
 * outbox row, so that any number of workers, restarted at any moment, make one run a period. Missed
 * periods are not made up for. Answers how many were accepted.
 */
export async function acceptDueSchedules(shardId: string): Promise<number> {
  let accepted = 0;
  for (const [name, { everySeconds }] of Object.entries(schedules)) {
    accepted += await asOwner(shardId, async (client) => {
      const due = await client.query(
        `INSERT INTO astra.schedules AS s (name, next_at) VALUES ($1, now() + $2 * interval '1 second')
         ON CONFLICT (name) DO UPDATE SET next_at = now() + $2 * interval '1 second'
         -- Further away than one period: the server's clock has gone back since. By the clock of this moment: a
         -- transaction that waited here is older than the one that has just moved the row on.
         WHERE s.next_at <= now() OR s.next_at > clock_timestamp() + $2 * interval '1 second'`,
        [name, everySeconds],
      );
      if (due.rowCount !== 1) return 0;
      await client.query("SELECT astra.enqueue_platform($1, '{}'::jsonb, NULL, NULL, true)", [name]);
      return 1;
    });
  }
  return accepted;
}
