-- Events carry their transaction, so that they can be numbered in an order in which nothing is overtaken.
CREATE FUNCTION astra.note_event_transaction() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    NEW.xid := pg_current_xact_id()::text::bigint;
    NEW.seq := NULL;
    RETURN NEW;
END
$$;
