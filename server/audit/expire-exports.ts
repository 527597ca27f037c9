import { tenantStorage } from "../platform/storage.ts";
import { exportKey, exportsFolder } from "./export.ts";
import { inLog } from "./log-transaction.ts";
import { logDoor } from "./owner-door.ts";

const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** No try of an export runs for so long: what it has half-written by then is nobody's. */
const halvesKeptMs = 2 * hourMs;
/** Halves of exports that were asked for since then are looked for: longer than all workers may be away. */
const soughtDays = 30;
const runsKeptDays = 90;
const pageRows = 500;

/**
 * Removes exports that nobody may fetch any more, what tries that were killed have left half-written, and what is
 * known of runs of long ago. For an organization in any state: it writes nothing to the log. Throws AppError not_found.
 */
export async function expireExports(organizationId: string, now: Date): Promise<void> {
  const door = await logDoor(organizationId);
  const storage = tenantStorage(organizationId);
  const before = (ms: number) => new Date(now.getTime() - ms);
  const { due, recent } = await inLog(door, async (client) => {
    const expired = await client.query<{ id: string }>(
      `SELECT id FROM audit_runs WHERE kind = 'export' AND state IN ('done', 'failed') AND expires_at < $1 LIMIT $2`,
      [now, pageRows],
    );
    const asked = await client.query(
      "SELECT FROM audit_runs WHERE kind = 'export' AND created_at > $1 LIMIT 1",
      [before(soughtDays * dayMs)],
    );
    return { due: expired.rows.map(({ id }) => id), recent: asked.rowCount !== 0 };
  });
  for (const id of due) await storage.delete(exportKey(id));
  if (recent) await storage.deleteHalves(exportsFolder, before(halvesKeptMs));
  await inLog(door, async (client) => {
    // A failed one stays a failed one, without a file that would have to be looked for again.
    await client.query(
      `UPDATE audit_runs SET state = CASE state WHEN 'done' THEN 'expired' ELSE state END,
         expires_at = CASE state WHEN 'done' THEN expires_at END
       WHERE id = ANY ($1) AND state IN ('done', 'failed') AND expires_at < $2`,
      [due, now],
    );
    await client.query(
      `DELETE FROM audit_runs WHERE created_at < $1 AND (kind = 'verify' OR state = 'expired'
         OR (state <> 'done' AND expires_at IS NULL))`,
      [before(runsKeptDays * dayMs)],
    );
  });
}
