-- What every shard has beside its tenants: the register of keys, the ledger of migrations, the outbox.
-- Tables belong to the owner alone. What a tenant may do here is a function that proves the tenant by
-- its key, so PUBLIC may call it: thousands of grants would make every catalog look-up slower.

REVOKE ALL ON SCHEMA astra FROM PUBLIC;
GRANT USAGE ON SCHEMA astra TO PUBLIC;

CREATE TABLE astra.tenants (
    id uuid PRIMARY KEY,
    schema text NOT NULL UNIQUE CHECK (schema ~ '^tenant_[0-9a-z]{26}$'),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE astra.tenant_keys (
    key_hash bytea PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES astra.tenants ON DELETE CASCADE,
    key_version integer NOT NULL,
    UNIQUE (tenant_id, key_version)
);

CREATE TABLE astra.tenant_migrations (
    tenant_id uuid NOT NULL REFERENCES astra.tenants ON DELETE CASCADE,
    migration text NOT NULL,
    checksum text NOT NULL,
    state text NOT NULL CHECK (state IN ('applied', 'failed')),
    attempt integer NOT NULL DEFAULT 1,
    error text,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, migration)
);

-- Jobs that a tenant may ask for; written from the registry in code at each migration.
CREATE TABLE astra.tenant_jobs (name text PRIMARY KEY);

CREATE TABLE astra.outbox (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid,
    name text NOT NULL,
    payload jsonb NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'dispatched', 'done', 'dead')),
    run_at timestamptz NOT NULL DEFAULT now(),
    -- A dispatched row whose lease ran out is dispatched again, whatever the queue remembers.
    lease_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    request_id text,
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz
);
CREATE INDEX outbox_pending ON astra.outbox (run_at, id) WHERE state = 'pending';
CREATE INDEX outbox_dispatched ON astra.outbox (lease_until) WHERE state = 'dispatched';
CREATE INDEX outbox_waiting_by_name ON astra.outbox (name) WHERE state = 'pending' AND tenant_id IS NULL;
CREATE INDEX outbox_dead ON astra.outbox (created_at) WHERE state = 'dead';
CREATE INDEX outbox_done ON astra.outbox (done_at) WHERE state = 'done';

-- Enters a tenant: role, search_path, key and limits for this transaction, then the guard row against what
-- the process believes. Raises AT001 with what the guard says. One call, so that entering is one statement;
-- the guard is read through EXECUTE, since search_path decides anew each time which one it is.
CREATE FUNCTION astra.enter(
    home text, path text, tenant_key text, statement_ms text, lock_ms text, idle_ms text,
    believed text, with_access_version boolean
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    PERFORM set_config('role', home, true), set_config('search_path', path, true),
        set_config('app.tenant_key', tenant_key, true), set_config('statement_timeout', statement_ms, true),
        set_config('lock_timeout', lock_ms, true), set_config('idle_in_transaction_session_timeout', idle_ms, true);
    EXECUTE 'SELECT concat_ws(''/'', epoch, state, CASE WHEN $1 THEN access_version END) FROM tenant_guard'
        INTO found USING with_access_version;
    IF found IS DISTINCT FROM believed THEN
        RAISE EXCEPTION 'tenant guard [%]', coalesce(found, '') USING ERRCODE = 'AT001';
    END IF;
END $$;

CREATE FUNCTION astra.refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this table is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

-- The tenant whose key this transaction holds. Raises when it holds none.
CREATE FUNCTION astra.proven_tenant() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    found uuid;
BEGIN
    SELECT k.tenant_id INTO found FROM astra.tenant_keys k
    WHERE k.key_hash = sha256(convert_to(current_setting('app.tenant_key', true), 'UTF8'));
    IF found IS NULL THEN
        RAISE EXCEPTION 'no tenant key' USING ERRCODE = 'AT002';
    END IF;
    RETURN found;
END $$;

-- Accepts a job of the proven tenant. The tenant is never an argument.
CREATE FUNCTION astra.enqueue(job text, payload jsonb, run_at timestamptz, request_id text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    tenant uuid := astra.proven_tenant();
    accepted uuid;
BEGIN
    IF NOT EXISTS (SELECT FROM astra.tenant_jobs j WHERE j.name = job) THEN
        RAISE EXCEPTION 'a tenant cannot ask for the job %', job USING ERRCODE = 'AT003';
    END IF;
    IF octet_length(payload::text) > 8192 THEN
        RAISE EXCEPTION 'the payload of a job is limited to 8192 bytes' USING ERRCODE = 'AT003';
    END IF;
    INSERT INTO astra.outbox (tenant_id, name, payload, run_at, request_id)
    VALUES (tenant, job, payload, coalesce(enqueue.run_at, now()), left(enqueue.request_id, 100))
    RETURNING id INTO accepted;
    RETURN accepted;
END $$;

-- Closes a job of the proven tenant in the commit of its work. False when it was closed before.
CREATE FUNCTION astra.complete(job_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    UPDATE astra.outbox SET state = 'done', done_at = now(), lease_until = NULL, error = NULL
    WHERE id = job_id AND tenant_id = astra.proven_tenant() AND state <> 'done';
    RETURN FOUND;
END $$;

-- Accepts a job of the platform. With "once", a row of that name which waits already is the answer.
CREATE FUNCTION astra.enqueue_platform(job text, payload jsonb, run_at timestamptz, request_id text, once boolean)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    accepted uuid;
BEGIN
    IF once THEN
        SELECT o.id INTO accepted FROM astra.outbox o
        WHERE o.name = job AND o.tenant_id IS NULL AND o.state = 'pending' LIMIT 1;
        IF FOUND THEN RETURN accepted; END IF;
    END IF;
    INSERT INTO astra.outbox (name, payload, run_at, request_id)
    VALUES (job, payload, coalesce(enqueue_platform.run_at, now()), enqueue_platform.request_id)
    RETURNING id INTO accepted;
    RETURN accepted;
END $$;
REVOKE ALL ON FUNCTION astra.enqueue_platform FROM PUBLIC;

CREATE FUNCTION astra.complete_platform(job_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    UPDATE astra.outbox SET state = 'done', done_at = now(), lease_until = NULL, error = NULL
    WHERE id = job_id AND tenant_id IS NULL AND state <> 'done';
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION astra.complete_platform FROM PUBLIC;

-- Counts only, for the operator's overview: the platform login reads no payload.
CREATE FUNCTION astra.outbox_figures() RETURNS TABLE (pending bigint, oldest_seconds double precision, dead bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT (SELECT count(*) FROM astra.outbox WHERE state IN ('pending', 'dispatched') AND run_at <= now()),
        (SELECT coalesce(extract(epoch FROM now() - min(run_at)), 0) FROM astra.outbox
         WHERE state IN ('pending', 'dispatched') AND run_at <= now()),
        (SELECT count(*) FROM astra.outbox WHERE state = 'dead')
$$;
REVOKE ALL ON FUNCTION astra.outbox_figures FROM PUBLIC;

-- The expression of a tenant's one policy. The whole comparison stands in a sub-select: it runs once a statement.
CREATE FUNCTION astra.policy_expression(tenant uuid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT '(SELECT sha256(convert_to(current_setting(''app.tenant_key'', true), ''UTF8'')) '
        || CASE WHEN count(*) = 1 THEN '= ' || min(quoted) ELSE 'IN (' || string_agg(quoted, ', ' ORDER BY key_version) || ')' END
        || ')'
    FROM (SELECT quote_literal('\x' || encode(key_hash, 'hex')) || '::bytea' AS quoted, key_version
          FROM astra.tenant_keys WHERE tenant_id = tenant) k
$$;
REVOKE ALL ON FUNCTION astra.policy_expression FROM PUBLIC;

-- Gives every table of a tenant its walls: row-level security, the one policy, grants to the tenant's role.
-- Runs after each migration, so that a new table cannot be left open.
CREATE FUNCTION astra.harden(tenant uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    home text;
    policy text := astra.policy_expression(tenant);
    t record;
    item text;
BEGIN
    SELECT schema INTO STRICT home FROM astra.tenants WHERE id = tenant;
    IF policy IS NULL THEN
        RAISE EXCEPTION 'the tenant % has no key', tenant;
    END IF;
    FOR t IN
        SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS walled,
            EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant_key') AS has_policy,
            coalesce(substring(obj_description(c.oid, 'pg_class') FROM '@grant (.*)'), 'SELECT, INSERT, UPDATE, DELETE') AS granted
        FROM pg_class c WHERE c.relnamespace = home::regnamespace AND c.relkind IN ('r', 'p')
    LOOP
        IF NOT t.walled THEN
            EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', home, t.name);
        END IF;
        IF t.has_policy THEN
            EXECUTE format('ALTER POLICY tenant_key ON %I.%I USING (%s) WITH CHECK (%s)', home, t.name, policy, policy);
        ELSE
            EXECUTE format('CREATE POLICY tenant_key ON %I.%I USING (%s) WITH CHECK (%s)', home, t.name, policy, policy);
            EXECUTE format('REVOKE ALL ON %I.%I FROM PUBLIC', home, t.name);
            EXECUTE format('GRANT %s ON %I.%I TO %I', t.granted, home, t.name, home);
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION astra.harden FROM PUBLIC;

GRANT EXECUTE ON FUNCTION astra.enqueue_platform, astra.complete_platform, astra.outbox_figures TO astra_platform;
