-- Entries of whoever is no member (keys, jobs, operators) are looked for by what they are. Most are members': those are
-- met soon by going back in time, and need no index.
CREATE INDEX "audit_entries_actor_kind_at_idx" ON "audit_entries"("actor_kind", "at") WHERE (actor_kind <> 'member'::text);
