import { can } from "../api/can.ts";
import { router } from "../api/trpc.ts";
import {
  archiveProject,
  createProject,
  deleteProject,
  getProject,
  listProjects,
  restoreProject,
  unarchiveProject,
  updateProject,
} from "./projects.ts";
import {
  ById,
  CreateProject,
  CreateTask,
  FindAnything,
  ListProjects,
  ListTasks,
  UpdateProject,
  UpdateTask,
} from "./schema.ts";
import { findAnything } from "./search.ts";
import { getTask, listTasks } from "./task-list.ts";
import { createTask, deleteTask, restoreTask, updateTask } from "./tasks.ts";

export const projectsRouter = router({
  list: can("projects.read").query(ListProjects, listProjects),
  get: can("projects.read").query(ById, getProject),
  create: can("projects.write").mutation(CreateProject, createProject),
  update: can("projects.write").mutation(UpdateProject, updateProject),
  archive: can("projects.write").mutation(ById, archiveProject),
  unarchive: can("projects.write").mutation(ById, unarchiveProject),
  delete: can("projects.delete").mutation(ById, deleteProject),
  restore: can("projects.delete").mutation(ById, restoreProject),
});

export const tasksRouter = router({
  list: can("tasks.read").query(ListTasks, listTasks),
  get: can("tasks.read").query(ById, getTask),
  create: can("tasks.write").mutation(CreateTask, createTask),
  update: can("tasks.write").mutation(UpdateTask, updateTask),
  delete: can("tasks.delete").mutation(ById, deleteTask),
  restore: can("tasks.delete").mutation(ById, restoreTask),
});

export const searchRouter = router({
  find: can("organization.read").query(FindAnything, findAnything),
});
