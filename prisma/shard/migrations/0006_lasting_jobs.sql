-- Jobs under faults: a clock that jumps, a queue that forgets, a worker that dies, tens of thousands that are due later.

ALTER TABLE astra.outbox
    -- Due at run_at and not before. A row without it is due whatever the clock says.
    ADD COLUMN waits boolean NOT NULL DEFAULT false,
    -- How often it was handed to the queue. The queue drops an id that it has seen, so each hand-over has its own.
    ADD COLUMN dispatches integer NOT NULL DEFAULT 0,
    -- Tries that did not count: the database was away, or the worker was told to stop.
    ADD COLUMN spared integer NOT NULL DEFAULT 0;
UPDATE astra.outbox SET waits = true WHERE state = 'pending' AND run_at > now();

-- What is due later stands apart, so that looking for what is due now never wades through it.
DROP INDEX astra.outbox_pending;
CREATE INDEX outbox_pending ON astra.outbox (queue, waits, turn, run_at, id) WHERE state = 'pending';
CREATE INDEX outbox_later ON astra.outbox (queue, run_at) WHERE state = 'pending' AND waits;

-- Each row is rewritten four times in its life: what that leaves behind is cleared away early.
ALTER TABLE astra.outbox SET (fillfactor = 70, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Which memory of the queue the dispatched rows are in; another one means that it has forgotten them.
CREATE TABLE astra.queue_memory (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    generation text NOT NULL
);

-- Claims due rows of at most `turns` tenants after `after_turn`, at most `each` of one tenant. The walk over
-- tenants skips from one to the next in the index: a tenant with 100,000 rows costs no more than one with 3.
-- Plans walk along indexes: the planner's figures of a table that fills and empties within seconds are never right.
DROP FUNCTION astra.claim_due;
CREATE FUNCTION astra.claim_due(of_queue text, after_turn uuid, turns integer, each integer, lease_ms integer)
RETURNS TABLE (id uuid, turn uuid, tenant_id uuid, name text, payload jsonb, attempts integer, request_id text, dispatches integer)
LANGUAGE sql SET search_path = pg_catalog SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
    -- A mark that a crash of the server forgets is made again, so it need not wait for the disk.
    SELECT set_config('synchronous_commit', 'off', true);
    UPDATE astra.outbox SET waits = false WHERE id IN (
        SELECT l.id FROM astra.outbox l WHERE l.state = 'pending' AND l.waits AND l.queue = of_queue AND l.run_at <= now()
        ORDER BY l.run_at LIMIT 1000 FOR UPDATE SKIP LOCKED);
    WITH RECURSIVE walk AS (
        (SELECT o.turn FROM astra.outbox o
         WHERE o.state = 'pending' AND o.queue = of_queue AND NOT o.waits AND o.turn > after_turn ORDER BY o.turn LIMIT 1)
        UNION ALL
        SELECT (SELECT o.turn FROM astra.outbox o
                WHERE o.state = 'pending' AND o.queue = of_queue AND NOT o.waits AND o.turn > w.turn ORDER BY o.turn LIMIT 1)
        FROM walk w WHERE w.turn IS NOT NULL
    ),
    taken AS (
        SELECT t.turn FROM (SELECT w.turn FROM walk w WHERE w.turn IS NOT NULL LIMIT turns) t
    ),
    due AS (
        SELECT d.id FROM taken t CROSS JOIN LATERAL (
            SELECT o.id FROM astra.outbox o
            WHERE o.state = 'pending' AND o.queue = of_queue AND NOT o.waits AND o.turn = t.turn
            ORDER BY o.run_at, o.id LIMIT each FOR UPDATE SKIP LOCKED
        ) d
    )
    UPDATE astra.outbox o SET state = 'dispatched', started = false, attempts = o.attempts + 1,
        dispatches = o.dispatches + 1, lease_until = now() + lease_ms * interval '1 millisecond'
    FROM due WHERE o.id = due.id
    RETURNING o.id, o.turn, o.tenant_id, o.name, o.payload, o.attempts, o.request_id, o.dispatches
$$;

-- Begins tries and answers those that are really to be made: not done before, and nobody else has them.
CREATE FUNCTION astra.start_tries(ids uuid[], tries integer[], lease_ms integer)
RETURNS TABLE (id uuid, name text, tenant_id uuid, payload jsonb, attempts integer, request_id text)
LANGUAGE sql SET search_path = pg_catalog SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
    SELECT set_config('synchronous_commit', 'off', true);
    UPDATE astra.outbox o SET started = true, lease_until = now() + lease_ms * interval '1 millisecond'
    FROM unnest(ids, tries) AS t (id, attempt)
    WHERE o.id = t.id AND o.attempts = t.attempt AND o.state = 'dispatched' AND NOT o.started
    RETURNING o.id, o.name, o.tenant_id, o.payload, o.attempts, o.request_id
$$;

-- Keeps tries that still run. A row that is being closed just now is passed over.
CREATE FUNCTION astra.extend_leases(ids uuid[], tries integer[], lease_ms integer) RETURNS void
LANGUAGE sql SET search_path = pg_catalog AS $$
    SELECT set_config('synchronous_commit', 'off', true);
    UPDATE astra.outbox SET lease_until = now() + lease_ms * interval '1 millisecond' WHERE id IN (
        SELECT o.id FROM astra.outbox o JOIN unnest(ids, tries) AS t (id, attempt) ON o.id = t.id AND o.attempts = t.attempt
        WHERE o.state = 'dispatched' AND o.started FOR UPDATE OF o SKIP LOCKED);
$$;
REVOKE ALL ON FUNCTION astra.claim_due, astra.start_tries, astra.extend_leases FROM PUBLIC;

CREATE OR REPLACE FUNCTION astra.enqueue(job text, payload jsonb, run_at timestamptz, request_id text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    tenant uuid := astra.proven_tenant();
    its_queue text;
    accepted uuid;
BEGIN
    SELECT j.queue INTO its_queue FROM astra.jobs j WHERE j.name = job AND j.by_tenant;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a tenant cannot ask for the job %', job USING ERRCODE = 'AT003';
    END IF;
    IF octet_length(payload::text) > 8192 THEN
        RAISE EXCEPTION 'the payload of a job is limited to 8192 bytes' USING ERRCODE = 'AT003';
    END IF;
    INSERT INTO astra.outbox (tenant_id, name, queue, payload, run_at, waits, request_id)
    -- Never before now: an age that is made up would be the first in every line, and raise every alarm.
    VALUES (tenant, job, its_queue, payload, greatest(enqueue.run_at, now()),
        coalesce(enqueue.run_at > now(), false), left(enqueue.request_id, 100))
    RETURNING id INTO accepted;
    RETURN accepted;
END $$;

CREATE OR REPLACE FUNCTION astra.enqueue_platform(
    job text, payload jsonb, run_at timestamptz, request_id text, once boolean
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    its_queue text;
    accepted uuid;
BEGIN
    SELECT j.queue INTO its_queue FROM astra.jobs j WHERE j.name = job AND NOT j.by_tenant;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the platform has no job %', job USING ERRCODE = 'AT003';
    END IF;
    IF octet_length(payload::text) > 8192 THEN
        RAISE EXCEPTION 'the payload of a job is limited to 8192 bytes' USING ERRCODE = 'AT003';
    END IF;
    IF once THEN
        SELECT o.id INTO accepted FROM astra.outbox o
        WHERE o.name = job AND o.tenant_id IS NULL AND o.state = 'pending' LIMIT 1;
        IF FOUND THEN RETURN accepted; END IF;
    END IF;
    INSERT INTO astra.outbox (name, queue, payload, run_at, waits, request_id)
    VALUES (job, its_queue, payload, coalesce(enqueue_platform.run_at, now()),
        coalesce(enqueue_platform.run_at > now(), false), enqueue_platform.request_id)
    RETURNING id INTO accepted;
    RETURN accepted;
END $$;

CREATE OR REPLACE FUNCTION astra.replay_dead(job_id uuid, job_name text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    replayed bigint;
BEGIN
    UPDATE astra.outbox SET state = 'pending', attempts = 0, spared = 0, waits = false, run_at = now(), error = NULL
    WHERE state = 'dead' AND (id = job_id OR name = job_name);
    GET DIAGNOSTICS replayed = ROW_COUNT;
    RETURN replayed;
END $$;

-- One sum for each state: so each is answered by that state's own index, and done rows are not looked at.
CREATE OR REPLACE FUNCTION astra.outbox_figures() RETURNS TABLE (pending bigint, oldest_seconds double precision, dead bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    WITH open AS (
        SELECT count(*) AS many, min(o.run_at) AS oldest FROM astra.outbox o WHERE o.state = 'pending' AND o.run_at <= now()
        UNION ALL
        SELECT count(*), min(o.run_at) FROM astra.outbox o WHERE o.state = 'dispatched'
    )
    SELECT sum(open.many)::bigint, greatest(0, coalesce(extract(epoch FROM now() - min(open.oldest)), 0))::double precision,
        (SELECT count(*) FROM astra.outbox d WHERE d.state = 'dead')
    FROM open
$$;
