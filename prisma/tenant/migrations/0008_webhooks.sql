-- Where an organization wants its events sent, what became of each, and the numbers by which programs ask for events.

-- By which transaction an event was written: those of transactions that are over are numbered, in this order.
ALTER TABLE "events" ADD COLUMN "xid" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "seq" BIGINT;

-- CreateTable
CREATE TABLE "event_numbers" (
    "one" BOOLEAN NOT NULL DEFAULT true,
    "home" TEXT NOT NULL DEFAULT '',
    "seq" BIGINT NOT NULL DEFAULT 0,
    "trimmed_seq" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "event_numbers_pkey" PRIMARY KEY ("one"),
    CONSTRAINT "event_numbers_one_row" CHECK ("one")
);

-- CreateTable
CREATE TABLE "webhook_endpoints" (
    "id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "types" TEXT[],
    "payload" TEXT NOT NULL DEFAULT 'full',
    "header_names" TEXT[],
    "headers" TEXT,
    "secret" TEXT NOT NULL,
    "previous_secret" TEXT,
    "overlap_until" TIMESTAMPTZ(3),
    "schedule" INTEGER[],
    "per_second" INTEGER,
    "concurrency" INTEGER NOT NULL DEFAULT 10,
    "state" TEXT NOT NULL DEFAULT 'active',
    "disabled_for" TEXT,
    "stopped_at" TIMESTAMPTZ(3),
    "failing_since" TIMESTAMPTZ(3),
    "delivered_at" TIMESTAMPTZ(3),
    "error" TEXT,
    "error_status" INTEGER,
    "error_at" TIMESTAMPTZ(3),
    "next_send_at" TIMESTAMPTZ(3),
    "lease" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "created_by_id" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_endpoints_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "webhook_endpoints_payload_check" CHECK ("payload" IN ('full', 'thin')),
    CONSTRAINT "webhook_endpoints_state_check" CHECK ("state" IN ('active', 'paused', 'disabled', 'deleted')),
    CONSTRAINT "webhook_endpoints_disabled_for_check" CHECK ("disabled_for" IN ('failing', 'gone')),
    CONSTRAINT "webhook_endpoints_schedule_check" CHECK (cardinality("schedule") BETWEEN 0 AND 19),
    CONSTRAINT "webhook_endpoints_per_second_check" CHECK ("per_second" BETWEEN 1 AND 1000),
    CONSTRAINT "webhook_endpoints_concurrency_check" CHECK ("concurrency" BETWEEN 1 AND 100)
);

-- CreateTable
CREATE TABLE "webhook_deliveries" (
    "id" UUID NOT NULL,
    "endpoint_id" UUID NOT NULL,
    "event_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "round_attempts" INTEGER NOT NULL DEFAULT 0,
    "next_try_at" TIMESTAMPTZ(3),
    "error" TEXT,
    "status" INTEGER,
    "duration_ms" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "webhook_deliveries_state_check" CHECK ("state" IN ('pending', 'delivered', 'dead', 'held', 'canceled'))
);

-- CreateTable
CREATE TABLE "webhook_attempts" (
    "id" UUID NOT NULL,
    "delivery_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "error" TEXT,
    "status" INTEGER,
    "connect_ms" INTEGER NOT NULL,
    "headers_ms" INTEGER NOT NULL,
    "body_ms" INTEGER NOT NULL,
    "total_ms" INTEGER NOT NULL,
    "request_headers" TEXT NOT NULL,
    "response_headers" TEXT,
    "response_body" BYTEA,
    "truncated" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "webhook_attempts_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "webhook_attempts_body_check" CHECK (octet_length("response_body") <= 16384)
);

-- CreateTable
CREATE TABLE "webhook_hours" (
    "endpoint_id" UUID NOT NULL,
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "delivered" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "slow" INTEGER[],

    CONSTRAINT "webhook_hours_pkey" PRIMARY KEY ("endpoint_id","hour")
);

-- CreateTable
CREATE TABLE "webhook_recoveries" (
    "id" UUID NOT NULL,
    "endpoint_id" UUID NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "through" TIMESTAMPTZ(3) NOT NULL,
    "states" TEXT[],
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "cursor_id" UUID,
    "done" INTEGER NOT NULL DEFAULT 0,
    "total" INTEGER NOT NULL DEFAULT 0,
    "member_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_recoveries_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "webhook_recoveries_state_check" CHECK ("state" IN ('waiting', 'running', 'done', 'failed'))
);

-- CreateIndex
CREATE UNIQUE INDEX "events_seq_key" ON "events"("seq");

-- CreateIndex
CREATE INDEX "events_xid_id_idx" ON "events"("xid", "id") WHERE (seq IS NULL);

-- CreateIndex
CREATE INDEX "events_type_at_id_idx" ON "events"("type", "at", "id");

-- CreateIndex
CREATE INDEX "webhook_deliveries_endpoint_id_next_try_at_id_idx" ON "webhook_deliveries"("endpoint_id", "next_try_at", "id") WHERE (state = 'pending');

-- CreateIndex
CREATE INDEX "webhook_deliveries_endpoint_id_state_id_idx" ON "webhook_deliveries"("endpoint_id", "state", "id");

-- CreateIndex
CREATE INDEX "webhook_deliveries_state_id_idx" ON "webhook_deliveries"("state", "id");

-- CreateIndex
CREATE INDEX "webhook_deliveries_settled_at_idx" ON "webhook_deliveries"("settled_at");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_deliveries_event_id_endpoint_id_key" ON "webhook_deliveries"("event_id", "endpoint_id");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_attempts_delivery_id_number_key" ON "webhook_attempts"("delivery_id", "number");

-- CreateIndex
CREATE INDEX "webhook_recoveries_endpoint_id_created_at_idx" ON "webhook_recoveries"("endpoint_id", "created_at");

-- AddForeignKey
ALTER TABLE "webhook_endpoints" ADD CONSTRAINT "webhook_endpoints_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "members"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "events"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_attempts" ADD CONSTRAINT "webhook_attempts_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "webhook_deliveries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_hours" ADD CONSTRAINT "webhook_hours_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_recoveries" ADD CONSTRAINT "webhook_recoveries_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TRIGGER "events_note_transaction" BEFORE INSERT ON "events"
    FOR EACH ROW EXECUTE FUNCTION astra.note_event_transaction();

INSERT INTO "event_numbers" DEFAULT VALUES;

COMMENT ON TABLE "events" IS '@grant SELECT, INSERT, UPDATE (seq), DELETE';
COMMENT ON TABLE "event_numbers" IS '@grant SELECT, UPDATE';
