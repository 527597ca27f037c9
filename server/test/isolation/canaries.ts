/** Keys that stand in both tenants. */
export const ids = {
  role: "00000000-0000-7000-8000-000000000001",
  member: "00000000-0000-7000-8000-000000000002",
  account: "00000000-0000-7000-8000-000000000003",
  project: "00000000-0000-7000-8000-000000000004",
  secondProject: "00000000-0000-7000-8000-000000000005",
  task: "00000000-0000-7000-8000-000000000006",
  event: "00000000-0000-7000-8000-000000000007",
  auditEntry: "00000000-0000-7000-8000-000000000008",
} as const;

/** The rows that stand in both tenants, each with the tenant's canary in it. For the administrator. */
export function plantSql({ schema, canary }: { schema: string; canary: string }): string {
  return `
    SET LOCAL search_path = "${schema}";
    DELETE FROM projects; DELETE FROM search_tokens; DELETE FROM members WHERE id <> '${ids.member}';
    INSERT INTO roles (id, key, name, permissions) VALUES ('${ids.role}', 'canary', '${canary}', '{${canary}}')
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, permissions = excluded.permissions;
    INSERT INTO members (id, account_id, name, email, role_id)
      VALUES ('${ids.member}', '${ids.account}', '${canary}', '${canary}@example.test', '${ids.role}')
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, role_id = excluded.role_id;
    INSERT INTO projects (id, name, description) VALUES
      ('${ids.project}', '${canary}', '${canary} first'), ('${ids.secondProject}', '${canary} second', '');
    INSERT INTO tasks (id, project_id, title, assignee_id)
      VALUES ('${ids.task}', '${ids.project}', '${canary}', '${ids.member}');
    INSERT INTO search_tokens (kind, token, target_id) VALUES ('project', '${canary}', '${ids.project}');
    INSERT INTO events (id, type, data) VALUES ('${ids.event}', 'canary', '{"canary": "${canary}"}')
      ON CONFLICT (id) DO NOTHING;
    INSERT INTO audit_entries (id, action, actor_kind, actor_name, target_type)
      VALUES ('${ids.auditEntry}', 'canary.plant', 'system', '${canary}', 'canary') ON CONFLICT (id) DO NOTHING;`;
}
