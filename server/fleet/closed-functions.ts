/** Functions of PostgreSQL, by patterns of their names, that only `roles` may call; set-up takes them from everybody else. */
export type ClosedFunctions = { names: string[]; roles: string[] };

/**
 * What plain SELECTs could do across tenants, because PostgreSQL lets everybody call it. Closing needs a
 * superuser; without one these doors stand open, and the tenant's key alone stands behind them.
 */
export const closedFunctions: ClosedFunctions[] = [
  {
    // With it, one SELECT changes role, path or limits of its transaction. The kernel enters as astra_app
    // and needs it for that; from then on the transaction is the tenant's role, which has it not.
    names: ["set_config"],
    roles: ["astra_owner", "astra_app"],
  },
  {
    // Statements, locks and counters of others. What an index look-up found shows in the counters even
    // when row-level security took the row away again: so a neighbour's values could be searched for.
    names: [
      "pg_stat_get_.*",
      "pg_stat_have_stats",
      "pg_lock_status",
      "pg_(safe_snapshot_)?blocking_pids",
      "pg_isolation_test_session_is_blocked",
      "pg_prepared_statement",
      "pg_prepared_xact",
      "pg_cursor",
    ],
    roles: ["astra_owner", "pg_monitor"],
  },
  {
    // All tenants share one login, so each could end the sessions of the others.
    names: ["pg_cancel_backend", "pg_terminate_backend"],
    roles: ["astra_owner", "pg_signal_backend"],
  },
  {
    // Locks that outlive their transaction, and messages to whoever listens.
    names: ["pg_(try_)?advisory_lock(_shared)?", "pg_notify", "pg_logical_emit_message"],
    roles: ["astra_owner"],
  },
  {
    // Texts that run as SQL: one statement would become several.
    names: ["(query|table|schema|database|cursor)_to_xml.*", "ts_stat", "ts_rewrite"],
    roles: [],
  },
  {
    // Large objects are in no schema, and a seed stays with the connection.
    names: ["lo_.*", "loread", "lowrite", "setseed"],
    roles: [],
  },
];

/** The statement that closes them in the present database. May run again: what is closed is passed over. */
export function closeFunctionsSql(groups: ClosedFunctions[] = closedFunctions): string {
  return groups
    .map(({ names, roles }) => {
      const grant = roles.length > 0 ? `GRANT EXECUTE ON FUNCTION %1$s TO ${roles.join(", ")};` : "";
      return `
        DO $close$ DECLARE f regprocedure; BEGIN
          FOR f IN SELECT p.oid FROM pg_proc p
            WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname ~ '^(${names.join("|")})$'
              AND has_function_privilege('public', p.oid, 'EXECUTE')
          LOOP
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %1$s FROM PUBLIC; ${grant}', f);
          END LOOP;
        END $close$`;
    })
    .join(";\n");
}
