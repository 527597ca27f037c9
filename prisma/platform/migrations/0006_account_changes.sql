-- A link that moves an account to another address: which one, and which it was before it was used.
ALTER TABLE "account_tokens" DROP CONSTRAINT "account_tokens_purpose_check";
ALTER TABLE "account_tokens" ADD COLUMN "email" TEXT, ADD COLUMN "previous_email" TEXT;
ALTER TABLE "account_tokens" ADD CONSTRAINT "account_tokens_purpose_check" CHECK (
  "purpose" IN ('confirm_email', 'reset_password')
  OR ("purpose" = 'change_email' AND "email" IS NOT NULL)
);
