-- Fairness over tenants, a queue that may forget everything, dead letters that can be replayed, schedules.

-- Whose turn a row takes: its tenant's, or the platform's own.
ALTER TABLE astra.outbox
    ADD COLUMN turn uuid GENERATED ALWAYS AS (coalesce(tenant_id, '00000000-0000-0000-0000-000000000001')) STORED,
    -- True once a worker has begun the present try: such a row is not lost when the queue is.
    ADD COLUMN started boolean NOT NULL DEFAULT false,
    -- Each queue is carried by itself: a slow kind of job holds up no other.
    ADD COLUMN queue text NOT NULL DEFAULT 'default';

DROP INDEX astra.outbox_pending;
CREATE INDEX outbox_pending ON astra.outbox (queue, turn, run_at, id) WHERE state = 'pending';
CREATE INDEX outbox_unstarted ON astra.outbox (id) WHERE state = 'dispatched' AND NOT started;

-- Claims due rows of at most `turns` tenants after `after_turn`, at most `each` of one tenant. The walk over
-- tenants skips from one to the next in the index: a tenant with 100,000 rows costs no more than one with 3.
CREATE FUNCTION astra.claim_due(of_queue text, after_turn uuid, turns integer, each integer, lease_ms integer)
RETURNS TABLE (id uuid, turn uuid, tenant_id uuid, name text, payload jsonb, attempts integer, request_id text)
LANGUAGE sql SET search_path = pg_catalog AS $$
    WITH RECURSIVE walk AS (
        (SELECT o.turn FROM astra.outbox o
         WHERE o.state = 'pending' AND o.queue = of_queue AND o.run_at <= now() AND o.turn > after_turn ORDER BY o.turn LIMIT 1)
        UNION ALL
        SELECT (SELECT o.turn FROM astra.outbox o
                WHERE o.state = 'pending' AND o.queue = of_queue AND o.run_at <= now() AND o.turn > w.turn ORDER BY o.turn LIMIT 1)
        FROM walk w WHERE w.turn IS NOT NULL
    ),
    taken AS (
        SELECT t.turn FROM (SELECT w.turn FROM walk w WHERE w.turn IS NOT NULL LIMIT turns) t
    ),
    due AS (
        SELECT d.id FROM taken t CROSS JOIN LATERAL (
            SELECT o.id FROM astra.outbox o
            WHERE o.state = 'pending' AND o.queue = of_queue AND o.turn = t.turn AND o.run_at <= now()
            ORDER BY o.run_at, o.id LIMIT each FOR UPDATE SKIP LOCKED
        ) d
    )
    UPDATE astra.outbox o SET state = 'dispatched', started = false, attempts = o.attempts + 1,
        lease_until = now() + lease_ms * interval '1 millisecond'
    FROM due WHERE o.id = due.id
    RETURNING o.id, o.turn, o.tenant_id, o.name, o.payload, o.attempts, o.request_id
$$;
REVOKE ALL ON FUNCTION astra.claim_due FROM PUBLIC;

-- Every job that this version knows, with its queue; written from the registry in code at each migration.
ALTER TABLE astra.tenant_jobs RENAME TO jobs;
ALTER TABLE astra.jobs
    ADD COLUMN by_tenant boolean NOT NULL DEFAULT true,
    ADD COLUMN queue text NOT NULL DEFAULT 'default';

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
    INSERT INTO astra.outbox (tenant_id, name, queue, payload, run_at, request_id)
    -- Never before now: an age that is made up would be the first in every line, and raise every alarm.
    VALUES (tenant, job, its_queue, payload, greatest(enqueue.run_at, now()), left(enqueue.request_id, 100))
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
    IF once THEN
        SELECT o.id INTO accepted FROM astra.outbox o
        WHERE o.name = job AND o.tenant_id IS NULL AND o.state = 'pending' LIMIT 1;
        IF FOUND THEN RETURN accepted; END IF;
    END IF;
    INSERT INTO astra.outbox (name, queue, payload, run_at, request_id)
    VALUES (job, its_queue, payload, coalesce(enqueue_platform.run_at, now()), enqueue_platform.request_id)
    RETURNING id INTO accepted;
    RETURN accepted;
END $$;

-- When each repeating job is due next; one row a job, so that any number of workers makes one run.
CREATE TABLE astra.schedules (
    name text PRIMARY KEY,
    next_at timestamptz NOT NULL DEFAULT now()
);

-- Dead letters for the operator's console: ids, name and error. The platform's login reads no table here.
CREATE FUNCTION astra.dead_jobs(after_id uuid, most integer)
RETURNS TABLE (id uuid, tenant_id uuid, name text, attempts integer, error text, request_id text, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT o.id, o.tenant_id, o.name, o.attempts, o.error, o.request_id, o.created_at FROM astra.outbox o
    WHERE o.state = 'dead' AND (after_id IS NULL
        OR (o.created_at, o.id) < (SELECT a.created_at, a.id FROM astra.outbox a WHERE a.id = after_id))
    ORDER BY o.created_at DESC, o.id DESC LIMIT least(most, 200)
$$;

-- Makes dead jobs due again, as if new: one, or all of a name. Answers how many.
CREATE FUNCTION astra.replay_dead(job_id uuid, job_name text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    replayed bigint;
BEGIN
    UPDATE astra.outbox SET state = 'pending', attempts = 0, run_at = now(), error = NULL
    WHERE state = 'dead' AND (id = job_id OR name = job_name);
    GET DIAGNOSTICS replayed = ROW_COUNT;
    RETURN replayed;
END $$;

-- Gives a dead job up for good; the row stays until it is trimmed, and says so.
CREATE FUNCTION astra.discard_dead(job_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    UPDATE astra.outbox SET state = 'done', done_at = now(), error = 'discarded: ' || coalesce(error, '')
    WHERE id = job_id AND state = 'dead';
    RETURN FOUND;
END $$;

REVOKE ALL ON FUNCTION astra.dead_jobs, astra.replay_dead, astra.discard_dead FROM PUBLIC;
GRANT EXECUTE ON FUNCTION astra.dead_jobs, astra.replay_dead, astra.discard_dead TO astra_platform;

-- Platform jobs are closed by the worker itself.
DROP FUNCTION astra.complete_platform;
