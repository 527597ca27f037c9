-- The first tables of one organization. Runs with search_path set to the tenant's schema.
-- Row-level security, policies and grants are not written here: astra.harden gives them to every table,
-- after every migration. A table that grants less than everything says so in its comment: "@grant …".

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "profile" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "deletion_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "profile_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "profile_one_row" CHECK ("id" = 1)
);

-- CreateTable
CREATE TABLE "roles" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT COLLATE "und-x-icu" NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "built_in" BOOLEAN NOT NULL DEFAULT false,
    "permissions" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "roles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "members" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "name" TEXT COLLATE "und-x-icu" NOT NULL,
    "email" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "role_id" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "joined_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "members_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "members_status_check" CHECK ("status" IN ('active', 'suspended', 'removed'))
);

-- CreateTable
CREATE TABLE "projects" (
    "id" UUID NOT NULL,
    "name" TEXT COLLATE "und-x-icu" NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "projects_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "projects_status_check" CHECK ("status" IN ('active', 'archived'))
);

-- CreateTable
CREATE TABLE "tasks" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "title" TEXT COLLATE "und-x-icu" NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "status" TEXT NOT NULL DEFAULT 'todo',
    "assignee_id" UUID,
    "due_on" DATE,
    "completed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "tasks_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "tasks_status_check" CHECK ("status" IN ('todo', 'in_progress', 'in_review', 'done'))
);

-- CreateTable
CREATE TABLE "search_tokens" (
    "kind" TEXT NOT NULL,
    "token" TEXT COLLATE "C" NOT NULL,
    "target_id" UUID NOT NULL,

    CONSTRAINT "search_tokens_pkey" PRIMARY KEY ("kind","token","target_id"),
    CONSTRAINT "search_tokens_kind_check" CHECK ("kind" IN ('project', 'task', 'member'))
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "action" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" UUID,
    "actor_name" TEXT NOT NULL,
    "target_type" TEXT NOT NULL,
    "target_id" TEXT,
    "target_label" TEXT NOT NULL DEFAULT '',
    "changes" TEXT NOT NULL DEFAULT '{}',
    "ip" TEXT,
    "user_agent" TEXT,
    "request_id" TEXT,

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "audit_entries_actor_kind_check" CHECK ("actor_kind" IN ('member', 'api_key', 'operator', 'system'))
);

-- CreateTable
CREATE TABLE "events" (
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "data" JSONB NOT NULL,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "roles_key_key" ON "roles"("key");

-- CreateIndex
CREATE UNIQUE INDEX "members_account_id_key" ON "members"("account_id");

-- CreateIndex
CREATE INDEX "members_name_id_idx" ON "members"("name", "id");

-- CreateIndex
CREATE INDEX "members_joined_at_id_idx" ON "members"("joined_at", "id");

-- CreateIndex
CREATE INDEX "members_role_id_idx" ON "members"("role_id");

-- CreateIndex
CREATE INDEX "projects_updated_at_id_idx" ON "projects"("updated_at", "id") WHERE (deleted_at IS NULL);

-- CreateIndex
CREATE INDEX "projects_name_id_idx" ON "projects"("name", "id") WHERE (deleted_at IS NULL);

-- CreateIndex
CREATE INDEX "tasks_updated_at_id_idx" ON "tasks"("updated_at", "id") WHERE (deleted_at IS NULL);

-- CreateIndex
CREATE INDEX "tasks_title_id_idx" ON "tasks"("title", "id") WHERE (deleted_at IS NULL);

-- CreateIndex
CREATE INDEX "tasks_due_on_id_idx" ON "tasks"("due_on", "id") WHERE (deleted_at IS NULL);

-- CreateIndex
CREATE INDEX "tasks_status_due_on_idx" ON "tasks"("status", "due_on") WHERE (deleted_at IS NULL);

-- CreateIndex
CREATE INDEX "tasks_project_id_status_deleted_at_idx" ON "tasks"("project_id", "status", "deleted_at");

-- CreateIndex
CREATE INDEX "tasks_assignee_id_status_idx" ON "tasks"("assignee_id", "status") WHERE (deleted_at IS NULL);

-- CreateIndex
CREATE INDEX "tasks_completed_at_idx" ON "tasks"("completed_at") WHERE (completed_at IS NOT NULL);

-- CreateIndex
CREATE INDEX "search_tokens_target_id_idx" ON "search_tokens"("target_id");

-- CreateIndex
CREATE INDEX "audit_entries_at_id_idx" ON "audit_entries"("at", "id");

-- CreateIndex
CREATE INDEX "audit_entries_action_at_idx" ON "audit_entries"("action", "at");

-- CreateIndex
CREATE INDEX "audit_entries_target_type_target_id_at_idx" ON "audit_entries"("target_type", "target_id", "at");

-- CreateIndex
CREATE INDEX "audit_entries_actor_id_at_idx" ON "audit_entries"("actor_id", "at");

-- CreateIndex
CREATE INDEX "events_at_id_idx" ON "events"("at", "id");

-- AddForeignKey
ALTER TABLE "members" ADD CONSTRAINT "members_role_id_fkey" FOREIGN KEY ("role_id") REFERENCES "roles"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_assignee_id_fkey" FOREIGN KEY ("assignee_id") REFERENCES "members"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What the kernel holds its belief against on every entry. One row.
CREATE TABLE "tenant_guard" (
    "one" BOOLEAN NOT NULL DEFAULT true,
    "epoch" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "access_version" INTEGER NOT NULL DEFAULT 1,
    "key_version" INTEGER NOT NULL,

    CONSTRAINT "tenant_guard_pkey" PRIMARY KEY ("one"),
    CONSTRAINT "tenant_guard_one_row" CHECK ("one"),
    CONSTRAINT "tenant_guard_state_check" CHECK ("state" IN ('provisioning', 'active', 'read_only', 'suspended', 'moving', 'erasing'))
);

COMMENT ON TABLE "tenant_guard" IS '@grant SELECT, UPDATE (access_version)';
COMMENT ON TABLE "audit_entries" IS '@grant SELECT, INSERT';
COMMENT ON TABLE "events" IS '@grant SELECT, INSERT';

-- Row-level security does not cover TRUNCATE, and the owner may run it.
CREATE TRIGGER "audit_entries_keep" BEFORE TRUNCATE ON "audit_entries"
    FOR EACH STATEMENT EXECUTE FUNCTION astra.refuse_truncate();
