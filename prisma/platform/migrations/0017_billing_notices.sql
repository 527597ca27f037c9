-- What people were told of payments and trials, so that they are told once; and what reconciliations found.

-- CreateTable
CREATE TABLE "billing_notices" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "billing_notices_kind_check" CHECK ("kind" IN ('payment', 'trial')),
    CONSTRAINT "billing_notices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "billing_reconciliations" (
    "id" UUID NOT NULL,
    "began_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3) NOT NULL,
    "organization_id" UUID,
    "looked" INTEGER NOT NULL,
    "repaired" INTEGER NOT NULL,
    "seats" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "findings" JSONB NOT NULL,

    CONSTRAINT "billing_reconciliations_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "billing_notices_key_key" ON "billing_notices"("key");

-- CreateIndex
CREATE INDEX "billing_notices_organization_id_idx" ON "billing_notices"("organization_id");

-- CreateIndex
CREATE INDEX "billing_reconciliations_began_at_idx" ON "billing_reconciliations"("began_at");

-- AddForeignKey
ALTER TABLE "billing_notices" ADD CONSTRAINT "billing_notices_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
