-- A mail that its receiver refuses for good is settled: another try would hear the same.
ALTER TABLE "mails" DROP CONSTRAINT "mails_state_check";
ALTER TABLE "mails" ADD CONSTRAINT "mails_state_check" CHECK ("state" IN ('sending', 'sent', 'skipped', 'refused'));
