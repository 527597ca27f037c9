-- Events carry their transaction, so that they can be numbered in an order in which nothing is overtaken.
CREATE FUNCTION astra.note_event_transaction() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    NEW.xid := pg_current_xact_id()::text::bigint;
    NEW.seq := NULL;
    RETURN NEW;
END
$$;

-- Who delivers to an endpoint looks for what else asks for just that.
CREATE INDEX outbox_delivery_asks ON astra.outbox ((payload ->> 'endpointId'), tenant_id)
    WHERE state = 'pending' AND name = 'webhooks.deliver';

-- Closes what asks for deliveries to an endpoint of the proven tenant and has not begun: whoever delivers there does
-- it all. What is asked for in a transaction that is not over is not seen here, and so is never skipped.
CREATE FUNCTION astra.settle_delivery_asks(endpoint uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET jit = off AS $$
DECLARE
    settled integer;
BEGIN
    UPDATE astra.outbox SET state = 'done', done_at = now(), error = NULL
    WHERE id IN (
        SELECT o.id FROM astra.outbox o
        WHERE o.state = 'pending' AND o.name = 'webhooks.deliver' AND o.payload ->> 'endpointId' = endpoint::text
            AND o.tenant_id = astra.proven_tenant()
        FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS settled = ROW_COUNT;
    RETURN settled;
END $$;

-- Asks for a look at an endpoint of the proven tenant at a time, unless one is asked for that comes as soon. False
-- when it was.
CREATE FUNCTION astra.ask_for_delivery(endpoint uuid, at timestamptz, request_id text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET jit = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM astra.outbox o
        WHERE o.state = 'pending' AND o.name = 'webhooks.deliver' AND o.payload ->> 'endpointId' = endpoint::text
            AND o.tenant_id = astra.proven_tenant() AND o.run_at <= greatest(at, now())
    ) THEN
        RETURN false;
    END IF;
    PERFORM astra.enqueue('webhooks.deliver', jsonb_build_object('endpointId', endpoint), at, request_id);
    RETURN true;
END $$;
