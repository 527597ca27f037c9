-- Which mails were asked for and which went out: ids and times, no address and no word of what they say.

-- CreateTable
CREATE TABLE "mails" (
    "organization_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'sending',
    "tries" INTEGER NOT NULL DEFAULT 1,
    "holder" UUID,
    "held_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "mails_pkey" PRIMARY KEY ("organization_id","kind","subject_id","attempt"),
    CONSTRAINT "mails_state_check" CHECK ("state" IN ('sending', 'sent', 'skipped')),
    CONSTRAINT "mails_attempt_check" CHECK ("attempt" > 0)
);

-- CreateIndex
CREATE INDEX "mails_created_at_idx" ON "mails"("created_at");
