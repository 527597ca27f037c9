import { z } from "zod";
import { event, exampleIds } from "./define.ts";

const project = z.strictObject({
  id: z.uuid().describe("The project."),
  name: z.string().describe("Its name now."),
});
const apollo = { id: exampleIds.project, name: "Apollo" };

const task = z.strictObject({
  id: z.uuid().describe("The task."),
  projectId: z.uuid().describe("The project that it is in."),
  title: z.string().describe("Its title now."),
  status: z.enum(["todo", "in_progress", "in_review", "done"]).describe("How far it is."),
});
const ignition = {
  id: exampleIds.task,
  projectId: exampleIds.project,
  title: "Test the ignition",
  status: "todo",
} as const;

export const workEvents = {
  "project.created": event({ description: "A project was made.", data: project, example: apollo }),
  "project.updated": event({
    description: "A project's name or description has changed.",
    data: project,
    example: apollo,
  }),
  "project.archived": event({
    description: "A project was put away: its tasks can be read, not changed.",
    data: project,
    example: apollo,
  }),
  "project.unarchived": event({
    description: "An archived project was taken up again.",
    data: project,
    example: apollo,
  }),
  "project.deleted": event({
    description: "A project was deleted, and its tasks with it; for 30 days it can be restored.",
    data: project,
    example: apollo,
  }),
  "project.restored": event({
    description: "A deleted project is back, with the tasks that it had.",
    data: project,
    example: apollo,
  }),
  "task.created": event({ description: "A task was made.", data: task, example: ignition }),
  "task.updated": event({
    description: "Something about a task has changed.",
    data: task,
    example: { ...ignition, status: "in_progress" },
  }),
  "task.completed": event({
    description: "A task was done; it comes beside task.updated.",
    data: task,
    example: { ...ignition, status: "done" },
  }),
  "task.deleted": event({
    description: "A task was deleted; for 30 days it can be restored.",
    data: task,
    example: ignition,
  }),
  "task.restored": event({ description: "A deleted task is back.", data: task, example: ignition }),
} as const;
