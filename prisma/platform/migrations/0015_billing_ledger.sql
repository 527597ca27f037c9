-- What was billed, invoice by invoice, as Stripe had it at the last look: the operators' reports count here. It outlives
-- the organization, hence without a reference to it, and says nothing of it but its id.

-- CreateTable
CREATE TABLE "billing_invoices" (
    "id" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "plan" TEXT,
    "status" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "due" BIGINT NOT NULL,
    "paid" BIGINT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "failed" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "paid_at" TIMESTAMPTZ(3),

    CONSTRAINT "billing_invoices_currency_check" CHECK ("currency" ~ '^[a-z]{3}$'),
    CONSTRAINT "billing_invoices_paid_check" CHECK ("paid" >= 0 AND "attempts" >= 0),
    CONSTRAINT "billing_invoices_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "billing_invoices_organization_id_created_at_idx" ON "billing_invoices"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "billing_invoices_created_at_idx" ON "billing_invoices"("created_at");

-- CreateIndex
CREATE INDEX "billing_invoices_paid_at_idx" ON "billing_invoices"("paid_at");

-- CreateIndex
CREATE INDEX "subscriptions_status_trial_end_idx" ON "subscriptions"("status", "trial_end");

-- What waits for an operator is little of what has come.
-- CreateIndex
CREATE INDEX "stripe_events_open_idx" ON "stripe_events"("received_at" DESC, "id" DESC) WHERE (state = ANY (ARRAY['unresolved'::text, 'failed'::text]));
