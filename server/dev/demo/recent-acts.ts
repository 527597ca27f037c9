import { addDays, dayOf } from "../../projects/days.ts";
import { CreateTask, type UpdateTask } from "../../projects/schema.ts";
import { createTask, deleteTask, updateTask } from "../../projects/tasks.ts";
import type { WriteCtx } from "../../tenancy/context.ts";
import { as, type Player } from "./player.ts";
import { pick, type DemoTask } from "./tasks.ts";

const spanMs = 2 * 86_400_000;
const lastActMs = 4 * 60_000;

const followUps = [
  "Call back about",
  "Send minutes:",
  "Answer questions on",
  "Book a room for",
  "Ask for a sample:",
  "Take over from the last shift:",
];

/** What the members did in the last two days, one act after another, up to a few minutes ago. */
export async function actLately(
  ctx: WriteCtx,
  parts: { players: Player[]; open: DemoTask[]; acts: number; random: () => number },
): Promise<void> {
  const { players, open, acts, random } = parts;
  const now = ctx.clock.now().getTime();
  for (let act = 0; act < acts; act++) {
    const at = new Date(now - lastActMs - spanMs * (1 - (act + 1) / acts));
    await actOnce(as(ctx, pick(players, random), at), pick(open, random), { players, open, random });
  }
}

async function actOnce(
  ctx: WriteCtx,
  task: DemoTask,
  { players, open, random }: { players: Player[]; open: DemoTask[]; random: () => number },
): Promise<void> {
  const chance = random();
  if (chance < 0.3) {
    const title = `${pick(followUps, random)} ${task.title.charAt(0).toLowerCase()}${task.title.slice(1)}`;
    const assigneeId = pick(players, random).memberId;
    const input = CreateTask.parse({ projectId: task.projectId, title, assigneeId });
    await createTask(ctx, input);
  } else if (chance < 0.33) {
    await deleteTask(ctx, { id: task.id });
    open.splice(open.indexOf(task), 1);
  } else {
    await updateTask(ctx, { id: task.id, ...changeFor(ctx, task, { chance, players, random }) });
  }
}

function changeFor(
  ctx: WriteCtx,
  task: DemoTask,
  { chance, players, random }: { chance: number; players: Player[]; random: () => number },
): Omit<UpdateTask, "id"> {
  if (chance < 0.8) {
    const status = pick(["in_progress", "in_review", "done"] as const, random);
    task.status = status;
    return { status };
  }
  if (chance < 0.9) return { assigneeId: pick(players, random).memberId };
  return { dueOn: addDays(dayOf(ctx.clock.now()), Math.round(random() * 14)) };
}
