-- An organization that nobody ever entered, because its founder's address was never confirmed: it waits to be erased.
ALTER TABLE "organizations" ADD COLUMN "discarded_at" TIMESTAMPTZ(3);

-- Accounts that wait for their confirmation: few, and looked for by age.
CREATE INDEX "accounts_unconfirmed_idx" ON "accounts" ("created_at") WHERE "email_confirmed_at" IS NULL;
