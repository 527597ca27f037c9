import type pg from "pg";

/** Streams of one organization that are delivered at once: the workers' places are for all. */
export const deliveredAtOnce = 2;

/**
 * Has those who look at an organization's places and at what waits for them do so one after the other, until their
 * commit: two at once would both find the last place free, or nothing asked for yet.
 */
export async function takeStreamsTurn(client: pg.PoolClient): Promise<void> {
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 9))");
}

/**
 * Asks for a delivery of every stream of an organization that has not got all that is sealed, or of one of
 * them: at once, or when its next try is due. One job waits for a stream at most. None does for one that is just
 * being delivered, nor while as many others are as may be: whoever delivers asks for all when it is done. Answers
 * how many were asked for.
 */
export async function askForStreams(
  client: pg.PoolClient,
  organizationId: string,
  streamId: string | null = null,
): Promise<number> {
  await takeStreamsTurn(client);
  const asked = await client.query(
    `INSERT INTO astra.outbox (tenant_id, name, queue, payload, run_at, waits)
     SELECT $1, j.name, j.queue, jsonb_build_object('streamId', t.id), greatest(now(), t.next_try_at),
       coalesce(t.next_try_at > now(), false)
     FROM audit_streams t CROSS JOIN audit_chain c CROSS JOIN astra.jobs j
     WHERE j.name = 'audit.stream' AND t.state = 'active' AND t.cursor_seq < c.seq
       AND (t.lease_until IS NULL OR t.lease_until < now()) AND ($2::uuid IS NULL OR t.id = $2)
       AND (SELECT count(*) FROM audit_streams b WHERE b.lease_until > now()) < $3 AND NOT EXISTS (
         SELECT FROM astra.outbox o WHERE o.turn = $1 AND o.queue = j.queue AND o.name = j.name
           AND o.state = 'pending' AND o.payload ->> 'streamId' = t.id::text)
       -- One that has failed for good, by a fault of ours, is not joined by another each time that something is sealed.
       AND NOT EXISTS (
         SELECT FROM astra.outbox o WHERE o.turn = $1 AND o.name = j.name AND o.state = 'dead'
           AND o.run_at > now() - interval '1 hour' AND o.payload ->> 'streamId' = t.id::text)`,
    [organizationId, streamId, deliveredAtOnce],
  );
  return asked.rowCount ?? 0;
}
