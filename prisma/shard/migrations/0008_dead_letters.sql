-- Dead letters as operators see them: found by kind and organization, with what happened at each try, replayed
-- and given up many at once.

-- What went wrong at which try, the oldest first; the last forty.
ALTER TABLE astra.outbox ADD COLUMN failures jsonb NOT NULL DEFAULT '[]';

CREATE FUNCTION astra.note_failure(failures jsonb, try integer, error text) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT CASE WHEN jsonb_array_length(failures) >= 40 THEN failures - 0 ELSE failures END
        || jsonb_build_object('at', now(), 'try', try, 'error', left(error, 1000))
$$;
REVOKE ALL ON FUNCTION astra.note_failure FROM PUBLIC;

DROP INDEX astra.outbox_dead;
CREATE INDEX outbox_dead ON astra.outbox (created_at, id) WHERE state = 'dead';

-- Payloads hold ids, never an organization's data; so whoever runs the fleet may read them.
CREATE VIEW astra.dead_letters AS
    SELECT o.id, o.tenant_id, o.name, o.queue, o.payload, o.attempts, o.error, o.failures, o.request_id, o.created_at
    FROM astra.outbox o WHERE o.state = 'dead';
GRANT SELECT ON astra.dead_letters TO astra_platform;

-- Makes dead jobs due again, as if new: those named, or with NULL all that the filter chooses, `most` at once.
CREATE FUNCTION astra.replay_dead_letters(job_ids uuid[], of_name text, of_queue text, of_tenant uuid, most integer)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    replayed bigint;
BEGIN
    UPDATE astra.outbox SET state = 'pending', attempts = 0, spared = 0, waits = false, run_at = now(), error = NULL
    WHERE id IN (
        SELECT o.id FROM astra.outbox o WHERE o.state = 'dead' AND (job_ids IS NULL OR o.id = ANY (job_ids))
            AND (of_name IS NULL OR o.name = of_name) AND (of_queue IS NULL OR o.queue = of_queue)
            AND (of_tenant IS NULL OR o.tenant_id = of_tenant)
        ORDER BY o.created_at, o.id LIMIT most FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS replayed = ROW_COUNT;
    RETURN replayed;
END $$;

-- Gives dead jobs up for good; the rows stay until they are trimmed, and say why.
CREATE FUNCTION astra.discard_dead_letters(job_ids uuid[], reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    discarded bigint;
BEGIN
    UPDATE astra.outbox SET state = 'done', done_at = now(), error = left('discarded: ' || reason, 1000)
    WHERE id = ANY (job_ids) AND state = 'dead';
    GET DIAGNOSTICS discarded = ROW_COUNT;
    RETURN discarded;
END $$;

REVOKE ALL ON FUNCTION astra.replay_dead_letters, astra.discard_dead_letters FROM PUBLIC;
GRANT EXECUTE ON FUNCTION astra.replay_dead_letters, astra.discard_dead_letters TO astra_platform;
