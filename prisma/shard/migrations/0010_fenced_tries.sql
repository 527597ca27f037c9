-- A try is known by the hand-over that it came of. That number only grows, while the number of the try comes back
-- when one is spared or a dead job replayed: by it alone an older try could settle what is being tried anew.

ALTER TABLE astra.outbox
    -- Tries of workers that did not know the job: an older version's, in the middle of a deploy.
    ADD COLUMN unknown_tries integer NOT NULL DEFAULT 0;

-- Where a walk over all organizations goes on the next time.
ALTER TABLE astra.schedules ADD COLUMN place uuid;

-- The version before pauses a row by run_at alone, and lets a job that it does not know use up its tries. Goes
-- with the version after this one.
CREATE FUNCTION astra.mend_older_tries() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    NEW.waits := true;
    IF NEW.error = 'unknown job' THEN
        NEW.attempts := greatest(OLD.attempts - 1, 0);
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION astra.mend_older_tries FROM PUBLIC;
CREATE TRIGGER mend_older_tries BEFORE UPDATE ON astra.outbox FOR EACH ROW
    WHEN (OLD.state = 'dispatched' AND NEW.state = 'pending' AND NOT NEW.waits AND NEW.run_at > now()
        AND NEW.run_at IS DISTINCT FROM OLD.run_at)
    EXECUTE FUNCTION astra.mend_older_tries();

-- Begins tries and answers those that are really to be made: not done before, and nobody else has them. A message
-- may have waited in the queue for longer than its row's lease: the row was taken back, and is still to be done. It
-- begins all the same, else a queue that is slow enough would carry every row again and again, in vain. `number` is
-- the place in the question, since the same row may stand there twice. Without a hand-over the message is one of
-- the version before, which named the try alone.
DROP FUNCTION astra.start_tries;
CREATE FUNCTION astra.start_tries(ids uuid[], hand_overs integer[], tries integer[], lease_ms integer)
RETURNS TABLE (number integer, id uuid, name text, tenant_id uuid, payload jsonb, attempts integer, dispatches integer, request_id text)
LANGUAGE sql SET search_path = pg_catalog SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
    SELECT set_config('synchronous_commit', 'off', true);
    UPDATE astra.outbox o SET state = 'dispatched', attempts = t.attempt, started = true,
        dispatches = o.dispatches + (o.state = 'pending')::integer,
        lease_until = now() + lease_ms * interval '1 millisecond'
    FROM unnest(ids, hand_overs, tries) WITH ORDINALITY AS t (id, hand_over, attempt, number)
    WHERE o.id = t.id AND o.dispatches = coalesce(t.hand_over, o.dispatches)
        AND (o.state = 'dispatched' AND o.attempts = t.attempt AND NOT o.started
            OR o.state = 'pending' AND o.attempts = t.attempt - 1 AND NOT o.waits)
    RETURNING t.number::integer, o.id, o.name, o.tenant_id, o.payload, o.attempts, o.dispatches, o.request_id
$$;

-- Keeps tries that still run, and answers the rows that are no longer theirs. A row that is being closed just now
-- is passed over; the mark of one whose beginning a crash of the server forgot is made again.
DROP FUNCTION astra.extend_leases;
CREATE FUNCTION astra.extend_leases(ids uuid[], hand_overs integer[], lease_ms integer) RETURNS SETOF uuid
LANGUAGE sql SET search_path = pg_catalog SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
    SELECT set_config('synchronous_commit', 'off', true);
    UPDATE astra.outbox SET started = true, lease_until = now() + lease_ms * interval '1 millisecond' WHERE id IN (
        SELECT o.id FROM astra.outbox o JOIN unnest(ids, hand_overs) AS t (id, hand_over)
            ON o.id = t.id AND o.dispatches = t.hand_over
        WHERE o.state = 'dispatched' FOR UPDATE OF o SKIP LOCKED);
    SELECT t.id FROM unnest(ids, hand_overs) AS t (id, hand_over) WHERE NOT EXISTS (
        SELECT FROM astra.outbox o WHERE o.id = t.id AND o.dispatches = t.hand_over AND o.state = 'dispatched')
$$;
REVOKE ALL ON FUNCTION astra.start_tries, astra.extend_leases FROM PUBLIC;

-- Closes a job of the proven tenant in the commit of its work. False when the try is no longer the present one.
CREATE FUNCTION astra.complete(job_id uuid, hand_over integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    UPDATE astra.outbox SET state = 'done', done_at = now(), lease_until = NULL, error = NULL
    WHERE id = job_id AND dispatches = hand_over AND state = 'dispatched' AND tenant_id = astra.proven_tenant();
    RETURN FOUND;
END $$;

CREATE OR REPLACE FUNCTION astra.replay_dead_letters(job_ids uuid[], of_name text, of_queue text, of_tenant uuid, most integer)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    replayed bigint;
BEGIN
    UPDATE astra.outbox SET state = 'pending', attempts = 0, spared = 0, unknown_tries = 0, waits = false,
        run_at = now(), error = NULL
    WHERE id IN (
        SELECT o.id FROM astra.outbox o WHERE o.state = 'dead' AND (job_ids IS NULL OR o.id = ANY (job_ids))
            AND (of_name IS NULL OR o.name = of_name) AND (of_queue IS NULL OR o.queue = of_queue)
            AND (of_tenant IS NULL OR o.tenant_id = of_tenant)
        ORDER BY o.created_at, o.id LIMIT most FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS replayed = ROW_COUNT;
    RETURN replayed;
END $$;
