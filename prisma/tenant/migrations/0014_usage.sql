-- What an organization uses, counted as it is used, and how much it was in each hour.

-- CreateTable
CREATE TABLE "usage_records" (
    "meter" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "quantity" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "hour" TIMESTAMPTZ(0),

    CONSTRAINT "usage_records_pkey" PRIMARY KEY ("meter","identifier"),
    CONSTRAINT "usage_records_quantity_check" CHECK ("quantity" > 0)
);

-- One row for each hour of which an addition was asked for.
-- CreateTable
CREATE TABLE "usage_asks" (
    "hour" TIMESTAMPTZ(0) NOT NULL,

    CONSTRAINT "usage_asks_pkey" PRIMARY KEY ("hour")
);

-- CreateTable
CREATE TABLE "usage_hours" (
    "meter" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "quantity" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "unsure_since" TIMESTAMPTZ(3),
    "error" TEXT,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "usage_hours_pkey" PRIMARY KEY ("meter","hour"),
    CONSTRAINT "usage_hours_quantity_check" CHECK ("quantity" > 0),
    CONSTRAINT "usage_hours_state_check" CHECK ("state" IN ('waiting', 'sent', 'unbilled', 'failed'))
);

-- CreateTable
CREATE TABLE "usage_months" (
    "meter" TEXT NOT NULL,
    "month" TIMESTAMPTZ(0) NOT NULL,
    "included" BIGINT,
    "warned" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "usage_months_pkey" PRIMARY KEY ("meter","month")
);

-- CreateIndex
CREATE INDEX "usage_records_hour_at_idx" ON "usage_records"("hour", "at");

-- CreateIndex
CREATE INDEX "usage_hours_open_idx" ON "usage_hours"("state", "hour") WHERE (state = ANY (ARRAY['waiting'::text, 'failed'::text]));

-- What was added up, and may have been reported, never changes.
COMMENT ON TABLE "usage_hours" IS '@grant SELECT, INSERT, UPDATE (state), UPDATE (unsure_since), UPDATE (error), UPDATE (settled_at), DELETE';
