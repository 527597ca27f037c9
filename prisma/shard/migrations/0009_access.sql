-- Built-in roles follow the code: only the owner's migration writes them. What runs as a tenant's role, typed
-- SQL included, can neither change nor make one, and so cannot widen what everybody holds.
CREATE FUNCTION astra.keep_built_in_roles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user ~ '^tenant_' AND ((TG_OP <> 'INSERT' AND OLD.built_in) OR (TG_OP <> 'DELETE' AND NEW.built_in)) THEN
        RAISE EXCEPTION 'built-in roles cannot be changed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
