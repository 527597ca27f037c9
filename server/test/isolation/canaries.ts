import type { TenantDb } from "../../tenancy/tenant-db.ts";

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

/** The rows that stand in both tenants, each with the tenant's canary in it. */
export async function plant(db: TenantDb, canary: string): Promise<void> {
  await db.project.deleteMany();
  await db.searchToken.deleteMany();
  await db.member.deleteMany({ where: { NOT: { id: ids.member } } });
  await db.role.upsert({
    where: { id: ids.role },
    create: { id: ids.role, key: "canary", name: canary, permissions: [canary] },
    update: { name: canary, permissions: [canary] },
  });
  const member = { name: canary, email: `${canary}@example.test`, status: "active", roleId: ids.role };
  await db.member.upsert({
    where: { id: ids.member },
    create: { id: ids.member, accountId: ids.account, ...member },
    update: member,
  });
  await db.project.createMany({
    data: [
      { id: ids.project, name: canary, description: `${canary} first` },
      { id: ids.secondProject, name: `${canary} second` },
    ],
  });
  await db.task.create({
    data: { id: ids.task, projectId: ids.project, title: canary, assigneeId: ids.member },
  });
  await db.searchToken.create({ data: { kind: "project", token: canary, targetId: ids.project } });
  // These two can only be added to.
  await db.event.createMany({
    data: [{ id: ids.event, type: "canary", data: { canary } }],
    skipDuplicates: true,
  });
  await db.$executeRaw`
    INSERT INTO audit_entries (id, action, actor_kind, actor_name, target_type)
    VALUES (${ids.auditEntry}::uuid, 'canary.plant', 'system', ${canary}, 'canary') ON CONFLICT (id) DO NOTHING`;
}
