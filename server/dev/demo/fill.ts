import { requestExport } from "../../audit/runs.ts";
import { archiveProject, createProject } from "../../projects/projects.ts";
import { CreateTask } from "../../projects/schema.ts";
import { createTask, updateTask } from "../../projects/tasks.ts";
import { addDays, dayOf } from "../../projects/days.ts";
import { keepTokens } from "../../search/tokens.ts";
import { wordsToKeep } from "../../search/words.ts";
import type { WriteCtx } from "../../tenancy/context.ts";
import { askIn, makeKeys, makeRoles } from "./access.ts";
import type { DemoOrganization } from "./organizations.ts";
import { actLately } from "./recent-acts.ts";
import { seededRandom, tasksFor, type DemoTask } from "./tasks.ts";
import type { DemoMember } from "./people.ts";
import { as, type Player } from "./player.ts";
import { tellUsage } from "./usage.ts";
import { addEndpoints, tellHistory } from "./webhooks.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * Gives an opened organization its members and, unless it has any, its projects and tasks. `accountIds` are
 * in the order of the members. Answers the members' ids.
 */
export async function fillOrganization(
  ctx: WriteCtx,
  demo: DemoOrganization,
  accountIds: readonly string[],
): Promise<string[]> {
  const fresh = (await ctx.db.project.count()) === 0;
  const players: Player[] = [];
  for (const [index, member] of demo.members.entries()) {
    const player = await join(ctx, member, accountIds[index] ?? "");
    players.push(player);
    if (fresh && index === 0) await makeRoles(ctx, player, demo.access?.roles ?? []);
  }
  const [founder] = players;
  if (fresh && founder) {
    await backdate(ctx, demo.members[0], founder);
    // The log is told in the order in which it is written.
    await makeKeys(ctx, founder, demo.access?.keys ?? []);
    await askIn(ctx, founder, demo.access?.invites ?? []);
    const endpoints = demo.endpoints ?? [];
    const endpointIds = await addEndpoints(ctx, founder, endpoints);
    await fillProjects(ctx, demo, players);
    for (const [index, endpoint] of endpoints.entries())
      await tellHistory(ctx, endpointIds[index] ?? "", endpoint);
    await tellUsage(ctx, demo.usage ?? [], seededRandom(demo.name.length));
  }
  return players.map(({ memberId }) => memberId);
}

/** The organization was opened just now, but its people joined long ago. */
async function backdate(ctx: WriteCtx, member: DemoMember | undefined, founder: Player): Promise<void> {
  if (!member) return;
  const joinedAt = joinDate(ctx, member);
  await ctx.db.profile.update({ where: { id: 1 }, data: { createdAt: joinedAt }, select: { id: true } });
  await ctx.db.member.update({ where: { id: founder.memberId }, data: { joinedAt }, select: { id: true } });
}

function joinDate(ctx: WriteCtx, { joinedDaysAgo }: DemoMember): Date {
  return new Date(ctx.clock.now().getTime() - joinedDaysAgo * dayMs);
}

async function join(ctx: WriteCtx, demo: DemoMember, accountId: string): Promise<Player> {
  const { name, email } = demo.person;
  const known = await ctx.db.member.findUnique({
    where: { accountId },
    select: { id: true, role: { select: { key: true, permissions: true } } },
  });
  const { id, role } = known ?? (await admit(ctx, demo, accountId));
  if (!known) await keepTokens(ctx.db, "member", id, `${name} ${email}`);
  return {
    kind: "member",
    memberId: id,
    accountId,
    name,
    roleKey: role.key,
    permissions: new Set(role.permissions),
  };
}

async function admit(ctx: WriteCtx, demo: DemoMember, accountId: string) {
  const roles = await ctx.db.role.findMany({ select: { id: true, key: true, permissions: true } });
  // A role of its own may have been deleted in a demo that has been played with.
  const role = roles.find(({ key }) => key === demo.role) ?? roles.find(({ key }) => key === "viewer");
  if (!role) throw new Error("an organization has lost its built-in roles");
  const { name, email } = demo.person;
  const { id } = await ctx.db.member.create({
    data: { accountId, name, email, roleId: role.id, joinedAt: joinDate(ctx, demo) },
    select: { id: true },
  });
  return { id, role };
}

async function fillProjects(ctx: WriteCtx, demo: DemoOrganization, players: Player[]): Promise<void> {
  const now = ctx.clock.now();
  const random = seededRandom(demo.name.length);
  const [founder] = players;
  if (!founder) return;
  const workers = players.filter(({ permissions }) => permissions.has("tasks.write"));
  const assigneeIds = workers.map(({ memberId }) => memberId);
  const open: DemoTask[] = [];
  for (const [index, project] of demo.projects.entries()) {
    const lead = workers[index % workers.length] ?? founder;
    const begun = new Date(now.getTime() - project.age * dayMs);
    const { name, description } = project;
    const { id: projectId } = await createProject(as(ctx, lead, begun), { name, description });
    const tasks = tasksFor(project, { projectId, assigneeIds, now, random });
    await insertTasks(ctx, tasks);
    if (project.archived)
      await archiveProject(as(ctx, lead, new Date(now.getTime() - 3 * dayMs)), { id: projectId });
    else open.push(...tasks.filter(({ status }) => status !== "done"));
  }
  if (demo.byHand) await makeByHand(ctx, demo.byHand, founder);
  await actLately(ctx, { players: workers, open, acts: demo.recentActs, random });
  // The worker writes it once it has started, and the bell rings.
  await requestExport(as(ctx, founder, new Date(now.getTime() - minuteMs)), { format: "csv", filter: {} });
}

/** The mass of the tasks goes in at once; only their words and rows, for nobody did it just now. */
async function insertTasks(ctx: WriteCtx, tasks: DemoTask[]): Promise<void> {
  await ctx.db.task.createMany({ data: tasks });
  const tokens = tasks.flatMap(({ id, title }) =>
    wordsToKeep(title).map((token) => ({ kind: "task", token, targetId: id })),
  );
  await ctx.db.searchToken.createMany({ data: tokens });
}

async function makeByHand(
  ctx: WriteCtx,
  demo: NonNullable<DemoOrganization["byHand"]>,
  owner: Player,
): Promise<void> {
  const now = ctx.clock.now();
  const { name, description } = demo;
  const daysAgo = (days: number) => new Date(now.getTime() - days * dayMs);
  const { id: projectId } = await createProject(as(ctx, owner, daysAgo(12)), { name, description });
  for (const [index, { title, status, dueInDays }] of demo.tasks.entries()) {
    const dueOn = dueInDays === null ? null : addDays(dayOf(now), dueInDays);
    const input = CreateTask.parse({ projectId, title, dueOn, assigneeId: owner.memberId });
    const { id } = await createTask(as(ctx, owner, daysAgo(11 - index)), input);
    if (status !== "todo") await updateTask(as(ctx, owner, daysAgo(5 - index)), { id, status });
  }
}
