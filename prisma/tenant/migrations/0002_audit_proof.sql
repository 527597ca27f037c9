-- The audit log becomes provable: entries carry commitments, seals chain them, one row keeps the chain's state.

-- AlterTable
ALTER TABLE "audit_entries" ADD COLUMN "impersonator_id" UUID,
ADD COLUMN "impersonator_name" TEXT,
ADD COLUMN "personal" TEXT,
ADD COLUMN "xid" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "actor_salt" BYTEA,
ADD COLUMN "actor_proof" BYTEA NOT NULL DEFAULT '\x',
ADD COLUMN "subject_salt" BYTEA,
ADD COLUMN "subject_proof" BYTEA NOT NULL DEFAULT '\x';

-- Entries that are older than their proofs get them now.
UPDATE "audit_entries" SET "actor_salt" = uuid_send(gen_random_uuid()), "subject_salt" = uuid_send(gen_random_uuid());
UPDATE "audit_entries" SET
    "actor_proof" = sha256("actor_salt" || convert_to(
        json_build_array("actor_name", "ip", "user_agent", "impersonator_name")::text, 'UTF8')),
    "subject_proof" = sha256("subject_salt" || convert_to(json_build_array("target_label", "personal")::text, 'UTF8'));

CREATE TRIGGER "audit_entries_stamp" BEFORE INSERT ON "audit_entries"
    FOR EACH ROW EXECUTE FUNCTION astra.stamp_audit_entry();

-- CreateTable
CREATE TABLE "audit_seals" (
    "seq" BIGINT NOT NULL,
    "entry_id" UUID NOT NULL,
    "prev_hash" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_seals_pkey" PRIMARY KEY ("seq"),
    CONSTRAINT "audit_seals_seq_check" CHECK ("seq" > 0),
    CONSTRAINT "audit_seals_hash_check" CHECK (octet_length("prev_hash") = 32 AND octet_length("hash") = 32)
);

-- CreateTable
CREATE TABLE "audit_chain" (
    "one" BOOLEAN NOT NULL DEFAULT true,
    "home" TEXT NOT NULL DEFAULT '',
    "cursor_xid" BIGINT NOT NULL DEFAULT -1,
    "cursor_id" UUID NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    "seq" BIGINT NOT NULL DEFAULT 0,
    "head" BYTEA,
    "sealed_at" TIMESTAMPTZ(3),
    "worded_seq" BIGINT NOT NULL DEFAULT 0,
    "checkpoint_seq" BIGINT NOT NULL DEFAULT 0,
    "checkpoint_at" TIMESTAMPTZ(3),
    "pruned_seq" BIGINT NOT NULL DEFAULT 0,
    "pruned_head" BYTEA,
    "verified_seq" BIGINT,
    "verified_at" TIMESTAMPTZ(3),
    "verified_finding" TEXT,

    CONSTRAINT "audit_chain_pkey" PRIMARY KEY ("one"),
    CONSTRAINT "audit_chain_one_row" CHECK ("one")
);

-- CreateTable
CREATE TABLE "audit_settings" (
    "one" BOOLEAN NOT NULL DEFAULT true,
    "record_reads" BOOLEAN NOT NULL DEFAULT false,
    "retention_days" INTEGER,
    "legal_hold" BOOLEAN NOT NULL DEFAULT false,
    "legal_hold_reason" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "audit_settings_pkey" PRIMARY KEY ("one"),
    CONSTRAINT "audit_settings_one_row" CHECK ("one"),
    CONSTRAINT "audit_settings_retention_check" CHECK ("retention_days" BETWEEN 30 AND 3650)
);

-- CreateTable
CREATE TABLE "audit_words" (
    "kind" TEXT NOT NULL,
    "token" TEXT COLLATE "C" NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "audit_words_pkey" PRIMARY KEY ("kind","token","value"),
    CONSTRAINT "audit_words_kind_check" CHECK ("kind" IN ('actor', 'target'))
);

-- CreateTable
CREATE TABLE "audit_runs" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "format" TEXT,
    "filter" TEXT NOT NULL DEFAULT '{}',
    "member_id" UUID,
    "done" BIGINT NOT NULL DEFAULT 0,
    "total" BIGINT NOT NULL DEFAULT 0,
    "result" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "audit_runs_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "audit_runs_kind_check" CHECK ("kind" IN ('verify', 'export')),
    CONSTRAINT "audit_runs_state_check" CHECK ("state" IN ('waiting', 'running', 'done', 'failed', 'expired')),
    CONSTRAINT "audit_runs_format_check" CHECK ("format" IN ('csv', 'jsonl'))
);

-- CreateTable
CREATE TABLE "data_keys" (
    "version" INTEGER NOT NULL,
    "wrapped" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "destroyed_at" TIMESTAMPTZ(3),

    CONSTRAINT "data_keys_pkey" PRIMARY KEY ("version"),
    CONSTRAINT "data_keys_destroyed_check" CHECK (("wrapped" IS NULL) = ("destroyed_at" IS NOT NULL))
);

-- CreateIndex
CREATE INDEX "audit_entries_xid_id_idx" ON "audit_entries"("xid", "id");

-- CreateIndex
CREATE INDEX "audit_entries_ip_at_idx" ON "audit_entries"("ip", "at");

-- CreateIndex
CREATE UNIQUE INDEX "audit_seals_entry_id_key" ON "audit_seals"("entry_id");

-- CreateIndex
CREATE UNIQUE INDEX "audit_seals_prev_hash_key" ON "audit_seals"("prev_hash");

-- CreateIndex
CREATE INDEX "audit_words_kind_value_idx" ON "audit_words"("kind", "value");

-- CreateIndex
CREATE INDEX "audit_runs_kind_created_at_idx" ON "audit_runs"("kind", "created_at");

INSERT INTO "audit_chain" DEFAULT VALUES;
INSERT INTO "audit_settings" DEFAULT VALUES;

-- Only the owner, whose login the web process does not have, seals, checks and prunes: SQL typed into a verb
-- can neither forge a seal nor move the chain.
COMMENT ON TABLE "audit_seals" IS '@grant SELECT';
COMMENT ON TABLE "audit_chain" IS '@grant SELECT';
COMMENT ON TABLE "audit_words" IS '@grant SELECT';
COMMENT ON TABLE "audit_settings" IS '@grant SELECT, UPDATE';
COMMENT ON TABLE "audit_runs" IS '@grant SELECT, INSERT, UPDATE';
COMMENT ON TABLE "data_keys" IS '@grant SELECT, INSERT, UPDATE';

CREATE TRIGGER "audit_seals_keep" BEFORE TRUNCATE ON "audit_seals"
    FOR EACH STATEMENT EXECUTE FUNCTION astra.refuse_truncate();
