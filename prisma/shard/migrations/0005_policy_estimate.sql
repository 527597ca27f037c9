-- The expression of a tenant's one policy. The whole comparison stands in a sub-select: it runs once a statement.
-- Of a bare truth value from a sub-select the planner believes that it hides half of the rows, at every table
-- anew, and chooses its joins by that. Of IS NOT NULL it believes that it hides next to none: so a plan is the
-- one that it would be without the policy.
CREATE OR REPLACE FUNCTION astra.policy_expression(tenant uuid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT '((SELECT nullif(sha256(convert_to(current_setting(''app.tenant_key'', true), ''UTF8'')) '
        || CASE WHEN count(*) = 1 THEN '= ' || min(quoted) ELSE 'IN (' || string_agg(quoted, ', ' ORDER BY key_version) || ')' END
        || ', false) AS proven) IS NOT NULL)'
    FROM (SELECT quote_literal('\x' || encode(key_hash, 'hex')) || '::bytea' AS quoted, key_version
          FROM astra.tenant_keys WHERE tenant_id = tenant) k
$$;
