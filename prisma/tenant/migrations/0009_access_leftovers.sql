-- Roles say which version of them was looked at, invites when each of their mails went out, and the log knows
-- somebody of whom nothing is known: whoever failed to sign in as a member.

ALTER TABLE "roles" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;

ALTER TABLE "invites" ADD COLUMN "sent_times" TIMESTAMPTZ(3)[];

-- What went out within a day is counted at each new invite, and what is long over is looked for by its age.
CREATE INDEX "invites_sent_at_idx" ON "invites"("sent_at");

ALTER TABLE "audit_entries" DROP CONSTRAINT "audit_entries_actor_kind_check";
ALTER TABLE "audit_entries" ADD CONSTRAINT "audit_entries_actor_kind_check"
    CHECK ("actor_kind" IN ('member', 'api_key', 'operator', 'system', 'anonymous'));
