-- What every audit entry gets as it is written, whoever writes it: the transaction that it belongs to, and
-- commitments to what may be erased later (who acted, whom it was about).

-- A commitment is SHA-256 over a random salt and a JSON array of the clear values. Once salt and values are
-- gone nobody can tell what they were, and the commitment still stands in the chain.
CREATE FUNCTION astra.stamp_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A restored entry keeps what it had. A tenant's role is never the owner's.
    IF octet_length(NEW.actor_proof) = 32 AND current_user = 'astra_owner' THEN
        RETURN NEW;
    END IF;
    NEW.xid := pg_current_xact_id()::text::bigint;
    NEW.actor_salt := uuid_send(gen_random_uuid());
    NEW.subject_salt := uuid_send(gen_random_uuid());
    NEW.actor_proof := sha256(NEW.actor_salt || convert_to(
        json_build_array(NEW.actor_name, NEW.ip, NEW.user_agent, NEW.impersonator_name)::text, 'UTF8'));
    NEW.subject_proof := sha256(NEW.subject_salt || convert_to(
        json_build_array(NEW.target_label, NEW.personal)::text, 'UTF8'));
    RETURN NEW;
END $$;
