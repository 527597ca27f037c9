-- Beginning a try, and keeping it, touch no index: such a mark is then written beside its row. Dispatched rows are
-- few at any time (what waits in the queue and what runs), so looking through all of them for leases costs nothing.
DROP INDEX astra.outbox_unstarted;
DROP INDEX astra.outbox_dispatched;
CREATE INDEX outbox_dispatched ON astra.outbox (queue) WHERE state = 'dispatched';
