import { v7 as uuid } from "uuid";
import { addDays, dayOf, startOf } from "../../projects/days.ts";
import type { TaskStatus } from "../../projects/schema.ts";
import type { DemoProject } from "./projects.ts";

const dayMs = 86_400_000;

/** Numbers from 0 to 1 that look random and are the same in every run: two demos tell the same story. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    // Mulberry32: small, and good enough for a demo.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A task of the demo as its table keeps it. */
export type DemoTask = {
  id: string;
  projectId: string;
  title: string;
  description: string;
  status: TaskStatus;
  assigneeId: string | null;
  dueOn: Date | null;
  completedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

/** The tasks of one project, the oldest first; what was begun early is done, the rest is under way or waits. */
export function tasksFor(
  project: DemoProject,
  parts: { projectId: string; assigneeIds: string[]; now: Date; random: () => number },
): DemoTask[] {
  const { projectId, assigneeIds, now, random } = parts;
  const titles = titlesOf(project, random);
  return titles.map((title, index) => {
    const place = index / titles.length;
    // Work comes in over the life of the project, save its last day.
    const createdAt = new Date(
      now.getTime() - (project.age * (1 - place) * 0.95 + 1) * dayMs + random() * dayMs,
    );
    const status = statusAt(place, project.progress, random);
    const completedAt = status === "done" ? completion(createdAt, now, random) : null;
    const age = now.getTime() - createdAt.getTime();
    return {
      id: uuid({ msecs: createdAt.getTime() }),
      projectId,
      title,
      description: random() < 0.3 ? pick(descriptions, random) : "",
      status,
      assigneeId: random() < (status === "todo" ? 0.6 : 0.95) ? pick(assigneeIds, random) : null,
      dueOn: random() < 0.65 ? dueDay(completedAt ?? now, completedAt !== null, random) : null,
      completedAt,
      createdAt,
      updatedAt: completedAt ?? new Date(createdAt.getTime() + age * random() ** 2),
    };
  });
}

function titlesOf({ acts, things, tasks }: DemoProject, random: () => number): string[] {
  const all = acts.flatMap((act) => things.map((thing) => ({ title: `${act} ${thing}`, place: random() })));
  return all
    .toSorted((one, other) => one.place - other.place)
    .slice(0, tasks)
    .map(({ title }) => title);
}

function statusAt(place: number, progress: number, random: () => number): TaskStatus {
  if (place + (random() - 0.5) * 0.3 * (1 - progress) < progress) return "done";
  const chance = random();
  if (chance < 0.3) return "in_progress";
  return chance < 0.45 ? "in_review" : "todo";
}

/** Most of what is done was done in the last two weeks, on a working day. */
function completion(createdAt: Date, now: Date, random: () => number): Date {
  const earliest =
    random() < 0.6 ? Math.max(createdAt.getTime(), now.getTime() - 14 * dayMs) : createdAt.getTime();
  const found = new Date(earliest + (now.getTime() - earliest) * random());
  const weekday = found.getUTCDay();
  const back = weekday === 6 ? 1 : weekday === 0 ? 2 : 0;
  const moved = found.getTime() - back * dayMs;
  return random() < 0.15 || moved < createdAt.getTime() ? found : new Date(moved);
}

function dueDay(around: Date, done: boolean, random: () => number): Date {
  const days = done ? Math.round(random() * 6 - 2) : Math.round(random() * 27 - 6);
  return startOf(addDays(dayOf(around), days));
}

const descriptions = [
  "Waiting for an answer from the supplier; ask again on Monday.",
  "See the notes of the last meeting.\n\n- what we know\n- what is missing\n- who decides",
  "Should not take longer than half a day.",
  "The customer wants to see this first.",
  "Blocked last time by missing parts. They have arrived since.",
];

/** One of several. */
export function pick<Value>(values: readonly Value[], random: () => number): Value {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error("nothing to pick from");
  return value;
}
