-- How punishments and undos of unknown outcome are settled by looking at the lock, and what is done
-- about one that turns out to have been applied twice.

-- Of an attempt without a known outcome:
--   given_up_at_ms   since when nobody waits for its answer any more; the readings count from there
--   settled          what the readings came to; NULL while they are being made
--   settled_because  why, as cadence/settlement.hpp says it
ALTER TABLE attempt ADD COLUMN given_up_at_ms INTEGER;
ALTER TABLE attempt ADD COLUMN settled TEXT
    CHECK (settled IN ('applied', 'not_applied', 'undecided'));
ALTER TABLE attempt ADD COLUMN settled_because TEXT NOT NULL DEFAULT '';
UPDATE attempt SET given_up_at_ms = started_at_ms + ifnull(duration_ms, 0)
WHERE outcome = 'unknown' AND EXISTS (SELECT 1 FROM delivery
    WHERE id = attempt.delivery AND attempts = attempt.n AND state = 'unknown' AND kind <> 'progress');

-- How long the reading took to be answered: what it shows was so at some moment in between.
ALTER TABLE reading ADD COLUMN took_ms INTEGER NOT NULL DEFAULT 0;

-- When no reading can say anything of it any more, while it is unknown.
ALTER TABLE delivery ADD COLUMN settle_by_ms INTEGER;
CREATE INDEX delivery_settle_by ON delivery (settle_by_ms)
    WHERE settle_by_ms IS NOT NULL AND state = 'unknown';
UPDATE delivery SET settle_by_ms = updated_at_ms + 1000 * seconds
WHERE state = 'unknown' AND kind <> 'progress';

-- Of one that was sent again after an attempt of unknown outcome:
--   doubled         both were applied
--   watch_until_ms  until when a reading of the lock may still show that
ALTER TABLE delivery ADD COLUMN doubled INTEGER NOT NULL DEFAULT 0 CHECK (doubled IN (0, 1));
ALTER TABLE delivery ADD COLUMN watch_until_ms INTEGER;
CREATE INDEX delivery_watched ON delivery (session) WHERE watch_until_ms IS NOT NULL;

-- What may have changed a lock's time since a reading.
CREATE INDEX delivery_time ON delivery (session, updated_at_ms)
    WHERE write IN ('add_time', 'remove_time');

-- A punishment is taken back once because it was not deserved (ordinal 1), and once because it was
-- applied twice (ordinal 2).
DROP INDEX delivery_undone_once;
CREATE UNIQUE INDEX delivery_undone_once ON delivery (undoes, ordinal) WHERE undoes IS NOT NULL;
