-- Where an organization wants its audit log sent, and how far each stream is.

-- CreateTable
CREATE TABLE "audit_streams" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "destination" TEXT NOT NULL,
    "credential" TEXT NOT NULL,
    "overlap_until" TIMESTAMPTZ(3),
    "state" TEXT NOT NULL DEFAULT 'active',
    "paused_at" TIMESTAMPTZ(3),
    "cursor_seq" BIGINT NOT NULL,
    "cursor_head" BYTEA,
    "batch_through" BIGINT,
    "delivered_at" TIMESTAMPTZ(3),
    "failing_since" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "error_status" INTEGER,
    "next_try_at" TIMESTAMPTZ(3),
    "gap_from" BIGINT,
    "gap_through" BIGINT,
    "gap_at" TIMESTAMPTZ(3),
    "lease" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_streams_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "audit_streams_kind_check" CHECK ("kind" IN ('https', 's3')),
    CONSTRAINT "audit_streams_state_check" CHECK ("state" IN ('active', 'paused'))
);
