-- Entering reads the guard by a plan that the backend keeps. PostgreSQL holds search_path and role against those
-- that a plan was made for and makes it anew when they differ, so it is always this tenant's guard; the same
-- tenant again, as within one request, saves a quarter of what entering costs the server.
CREATE OR REPLACE FUNCTION astra.enter(
    home text, path text, tenant_key text, statement_ms text, lock_ms text, idle_ms text,
    believed text, with_access_version boolean
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    PERFORM set_config('role', home, true), set_config('search_path', path, true),
        set_config('app.tenant_key', tenant_key, true), set_config('statement_timeout', statement_ms, true),
        set_config('lock_timeout', lock_ms, true), set_config('idle_in_transaction_session_timeout', idle_ms, true);
    SELECT concat_ws('/', g.epoch, g.state, CASE WHEN with_access_version THEN g.access_version END)
        INTO found FROM tenant_guard g;
    IF found IS DISTINCT FROM believed THEN
        RAISE EXCEPTION 'tenant guard [%]', coalesce(found, '') USING ERRCODE = 'AT001';
    END IF;
END $$;
