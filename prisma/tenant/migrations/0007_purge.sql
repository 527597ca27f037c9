-- What was deleted and can no longer be restored is looked for by its age.
CREATE INDEX "projects_deleted_at_idx" ON "projects" ("deleted_at") WHERE "deleted_at" IS NOT NULL;
CREATE INDEX "tasks_deleted_at_idx" ON "tasks" ("deleted_at") WHERE "deleted_at" IS NOT NULL;
