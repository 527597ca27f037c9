import { audit } from "../audit/audit.ts";
import { forEveryOrganization } from "../organizations/every.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { restorableSince } from "./projects.ts";

const batchRows = 1_000;

/** Removes from every organization of a shard what was deleted and can no longer be restored. */
export async function purgeAll(
  shardId: string,
  job: { requestId: string; signal?: AbortSignal },
): Promise<void> {
  await forEveryOrganization({ shardId, job, act: purgeDeleted, failed: ["projects", "a purge failed"] });
}

/** Removes one organization's projects and tasks whose days of restoring are over, with what belongs to them. */
export async function purgeDeleted(door: Door): Promise<{ projects: number; tasks: number }> {
  const before = restorableSince(door.clock.now());
  const purged = { projects: 0, tasks: 0 };
  for (;;) {
    const batch = await transact(door, "write", (ctx) => purgeBatch(ctx, before));
    purged.projects += batch.projects;
    purged.tasks += batch.tasks;
    if (batch.projects + batch.tasks === 0) return purged;
  }
}

/** Tasks go first: a project that has many of them would be one long statement. Projects are held, so that none is restored in between. */
async function purgeBatch(ctx: WriteCtx, before: Date): Promise<{ projects: number; tasks: number }> {
  const tasks = await ctx.db.$queryRaw<{ id: string }[]>`
    WITH held AS MATERIALIZED (
      SELECT p.id FROM projects p WHERE p.deleted_at <= ${before}::timestamptz LIMIT ${batchRows} FOR UPDATE)
    DELETE FROM tasks WHERE id IN (
      SELECT t.id FROM tasks t WHERE t.deleted_at <= ${before}::timestamptz
      UNION ALL
      SELECT t.id FROM held p JOIN tasks t ON t.project_id = p.id
      LIMIT ${batchRows})
    RETURNING id`;
  const projects =
    tasks.length > 0
      ? []
      : await ctx.db.$queryRaw<{ id: string }[]>`
          DELETE FROM projects WHERE id IN (
            SELECT p.id FROM projects p WHERE p.deleted_at <= ${before}::timestamptz LIMIT ${batchRows})
          RETURNING id`;
  const ids = [...tasks, ...projects].map(({ id }) => id);
  if (ids.length > 0) {
    await ctx.db.searchToken.deleteMany({ where: { targetId: { in: ids } } });
    await audit(ctx, {
      action: "projects.purge",
      target: { type: "project", id: "", label: "" },
      after: { projects: projects.length, tasks: tasks.length },
    });
  }
  return { projects: projects.length, tasks: tasks.length };
}
