-- A seal's place is unique, and what it follows is part of its hash: a second seal behind the same one has another
-- place and is found there. Uniqueness of the hash before said the same once more, at the price of an index whose
-- order is that of chance: each batch of seals rewrote most of its pages.
DROP INDEX "audit_seals_prev_hash_key";

-- Which job delivers a stream at present: when its worker dies the same job comes again, and need not wait.
ALTER TABLE "audit_streams" ADD COLUMN "lease_job" UUID;

-- A failed export may have left a file: from now on such ones are looked for.
UPDATE "audit_runs" SET "expires_at" = coalesce("finished_at", "created_at")
    WHERE "kind" = 'export' AND "state" = 'failed' AND "expires_at" IS NULL;
