-- What delivers need not wait for the disk: after a crash of the server what was noted last is not known, and is sent
-- again with the same id. Whatever closes the job waits, and by that for all that was noted before.
CREATE OR REPLACE FUNCTION astra.settle_delivery_asks(endpoint uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET jit = off AS $$
DECLARE
    settled integer;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    UPDATE astra.outbox SET state = 'done', done_at = now(), error = NULL
    WHERE id IN (
        SELECT o.id FROM astra.outbox o
        WHERE o.state = 'pending' AND o.name = 'webhooks.deliver' AND o.payload ->> 'endpointId' = endpoint::text
            AND o.tenant_id = astra.proven_tenant()
        FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS settled = ROW_COUNT;
    RETURN settled;
END $$;
