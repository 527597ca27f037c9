-- What was bought, as Stripe has it. Stripe is asked for the state; its events only say when.

-- CreateTable
CREATE TABLE "billing_customers" (
    "organization_id" UUID NOT NULL,
    "customer_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),
    "ticket" BIGINT NOT NULL DEFAULT 0,
    "held_until" TIMESTAMPTZ(3),
    "synced_from" TIMESTAMPTZ(3),

    CONSTRAINT "billing_customers_pkey" PRIMARY KEY ("organization_id")
);

-- CreateTable
CREATE TABLE "subscriptions" (
    "organization_id" UUID NOT NULL,
    "subscription_id" TEXT NOT NULL,
    "item_id" TEXT,
    "status" TEXT NOT NULL,
    "last_level" TEXT NOT NULL DEFAULT 'full',
    "plan" TEXT NOT NULL,
    "price_lookup_key" TEXT,
    "quantity" INTEGER NOT NULL DEFAULT 0,
    "period_start" TIMESTAMPTZ(3),
    "period_end" TIMESTAMPTZ(3),
    "trial_end" TIMESTAMPTZ(3),
    "cancel_at" TIMESTAMPTZ(3),
    "cancel_at_period_end" BOOLEAN NOT NULL DEFAULT false,
    "unpaid_since" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "collection_paused" BOOLEAN NOT NULL DEFAULT false,
    "schedule_id" TEXT,
    "next_price_lookup_key" TEXT,
    "next_price_at" TIMESTAMPTZ(3),
    "card_brand" TEXT,
    "card_last4" TEXT,
    "ticket" BIGINT NOT NULL,
    "synced_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "subscriptions_last_level_check" CHECK ("last_level" IN ('full', 'grace', 'read_only')),
    CONSTRAINT "subscriptions_quantity_check" CHECK ("quantity" >= 0),
    CONSTRAINT "subscriptions_pkey" PRIMARY KEY ("organization_id")
);

-- CreateTable
CREATE TABLE "billing_changes" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "before" JSONB NOT NULL,
    "after" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "billing_changes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stripe_events" (
    "id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "customer_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state" TEXT NOT NULL DEFAULT 'received',
    "tries" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "stripe_events_state_check" CHECK ("state" IN ('received', 'done', 'unresolved', 'failed')),
    CONSTRAINT "stripe_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "checkout_attempts" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "price_lookup_key" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "trial_days" INTEGER NOT NULL DEFAULT 0,
    "return_url" TEXT NOT NULL,
    "session_id" TEXT,
    "state" TEXT NOT NULL DEFAULT 'open',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "checkout_attempts_state_check" CHECK ("state" IN ('open', 'done', 'expired')),
    CONSTRAINT "checkout_attempts_quantity_check" CHECK ("quantity" > 0),
    CONSTRAINT "checkout_attempts_pkey" PRIMARY KEY ("id")
);

-- Who has had a trial: kept for ever, whatever becomes of the organization. A payer stands here as a hash.
-- CreateTable
CREATE TABLE "billing_trials" (
    "key" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "attempt_id" UUID NOT NULL,
    "claimed_at" TIMESTAMPTZ(3) NOT NULL,
    "begun_at" TIMESTAMPTZ(3),

    CONSTRAINT "billing_trials_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "billing_customers_customer_id_key" ON "billing_customers"("customer_id");

-- CreateIndex
CREATE INDEX "billing_customers_synced_from_idx" ON "billing_customers"("synced_from");

-- CreateIndex
CREATE UNIQUE INDEX "subscriptions_subscription_id_key" ON "subscriptions"("subscription_id");

-- CreateIndex
CREATE INDEX "billing_changes_created_at_idx" ON "billing_changes"("created_at");

-- CreateIndex
CREATE INDEX "stripe_events_received_at_idx" ON "stripe_events"("received_at");

-- CreateIndex
CREATE UNIQUE INDEX "checkout_attempts_session_id_key" ON "checkout_attempts"("session_id");

-- One at a time for each organization.
-- CreateIndex
CREATE UNIQUE INDEX "checkout_attempts_open_key" ON "checkout_attempts"("organization_id") WHERE (state = 'open');

-- CreateIndex
CREATE INDEX "billing_trials_attempt_id_idx" ON "billing_trials"("attempt_id");

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "checkout_attempts" ADD CONSTRAINT "checkout_attempts_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
