import { Prisma } from "#prisma/generated/tenant/client.ts";
import { foundBy } from "../search/tokens.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import type { FindAnything, Found } from "./schema.ts";

const eachMax = 8;

/** Finds projects and tasks by the beginnings of their words, the last changed first; kinds that the actor may not read stay empty. */
export async function findAnything(ctx: ReadCtx, { query }: FindAnything): Promise<Found> {
  const { permissions } = ctx.actor;
  return {
    projects: permissions.has("projects.read") ? await findProjects(ctx, query) : [],
    tasks: permissions.has("tasks.read") ? await findTasks(ctx, query) : [],
  };
}

function findProjects(ctx: ReadCtx, query: string): Promise<Found["projects"]> {
  return ctx.db.$queryRaw<Found["projects"]>`
    SELECT p.id, p.name FROM projects p
    WHERE p.deleted_at IS NULL AND ${foundBy("project", Prisma.sql`p.id`, query)}
    ORDER BY p.updated_at DESC, p.id DESC LIMIT ${eachMax}`;
}

function findTasks(ctx: ReadCtx, query: string): Promise<Found["tasks"]> {
  return ctx.db.$queryRaw<Found["tasks"]>`
    SELECT t.id, t.title, p.id AS "projectId", p.name AS "projectName"
    FROM tasks t JOIN projects p ON p.id = t.project_id
    WHERE t.deleted_at IS NULL AND p.deleted_at IS NULL AND ${foundBy("task", Prisma.sql`t.id`, query)}
    ORDER BY t.updated_at DESC, t.id DESC LIMIT ${eachMax}`;
}
