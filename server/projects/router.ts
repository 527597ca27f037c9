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
  list: can("projects.read", { rest: "GET /projects" }).query(ListProjects, listProjects),
  get: can("projects.read", { rest: "GET /projects/{id}" }).query(ById, getProject),
  create: can("projects.write", { rest: "POST /projects" }).mutation(CreateProject, createProject),
  update: can("projects.write", { rest: "PATCH /projects/{id}" }).mutation(UpdateProject, updateProject),
  archive: can("projects.write", { rest: "POST /projects/{id}/archive" }).mutation(ById, archiveProject),
  unarchive: can("projects.write", { rest: "POST /projects/{id}/unarchive" }).mutation(
    ById,
    unarchiveProject,
  ),
  delete: can("projects.delete", { rest: "DELETE /projects/{id}" }).mutation(ById, deleteProject),
  restore: can("projects.delete", { rest: "POST /projects/{id}/restore" }).mutation(ById, restoreProject),
});

export const tasksRouter = router({
  list: can("tasks.read", { rest: "GET /tasks" }).query(ListTasks, listTasks),
  get: can("tasks.read", { rest: "GET /tasks/{id}" }).query(ById, getTask),
  create: can("tasks.write", { rest: "POST /tasks" }).mutation(CreateTask, createTask),
  update: can("tasks.write", { rest: "PATCH /tasks/{id}" }).mutation(UpdateTask, updateTask),
  delete: can("tasks.delete", { rest: "DELETE /tasks/{id}" }).mutation(ById, deleteTask),
  restore: can("tasks.delete", { rest: "POST /tasks/{id}/restore" }).mutation(ById, restoreTask),
});

export const searchRouter = router({
  find: can("organization.read", { rest: "GET /search" }).query(FindAnything, findAnything),
});
