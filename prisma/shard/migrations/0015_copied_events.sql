-- An event that is brought back, or moved, by a copy of its row keeps the number by which programs know it.
CREATE OR REPLACE FUNCTION astra.note_event_transaction() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    -- A tenant's role is never the owner's.
    IF NEW.seq IS NOT NULL AND current_user = 'astra_owner' THEN
        RETURN NEW;
    END IF;
    NEW.xid := pg_current_xact_id()::text::bigint;
    NEW.seq := NULL;
    RETURN NEW;
END
$$;
