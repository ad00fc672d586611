-- How punishments and undos of unknown outcome are settled by looking at the lock, and what is done
-- about one that turns out to have been applied twice.

-- Of an attempt without a known outcome:
--   given_up_at_ms   since when nobody waits for its answer any more; the readings count from there
--   settled          what the readings came to; NULL while they are being made
--   settled_because  why, as cadence/settlement.hpp says it
--   comparable       0: the clock was set back since its baseline, so that no later reading can be
--                    compared with that
ALTER TABLE attempt ADD COLUMN given_up_at_ms INTEGER;
ALTER TABLE attempt ADD COLUMN settled TEXT
    CHECK (settled IN ('applied', 'not_applied', 'undecided'));
ALTER TABLE attempt ADD COLUMN settled_because TEXT NOT NULL DEFAULT '';
ALTER TABLE attempt ADD COLUMN comparable INTEGER NOT NULL DEFAULT 1 CHECK (comparable IN (0, 1));
-- Those of which a reading may yet tell, once the write is no longer unknown.
CREATE INDEX delivery_lost ON delivery (id)
    WHERE unknowns > 0 AND kind <> 'progress' AND state IN ('waiting', 'queued', 'held');
UPDATE attempt SET given_up_at_ms = started_at_ms + ifnull(duration_ms, 0)
WHERE outcome = 'unknown' AND EXISTS (SELECT 1 FROM delivery
    WHERE id = attempt.delivery AND kind <> 'progress');
UPDATE attempt SET settled = 'undecided', settled_because = 'not_read_in_time'
WHERE given_up_at_ms IS NOT NULL AND NOT EXISTS (SELECT 1 FROM delivery
    WHERE id = attempt.delivery AND attempts = attempt.n AND state = 'unknown');
UPDATE attempt SET settled = 'applied', settled_because = 'by_person'
WHERE settled IS NOT NULL AND EXISTS (SELECT 1 FROM delivery WHERE id = attempt.delivery
    AND attempts = attempt.n AND state = 'applied' AND reason <> 'assumed_applied');

-- Of a reading:
--   took_ms         to be answered: what it shows was so at some moment in between
--   others_seconds  what our other writes have added since the baseline: not looked at
--   platform_ms     when it was answered by the platform's own clock (its Date)
--   says            of the write, when it was made; nothing of a baseline
ALTER TABLE reading ADD COLUMN took_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reading ADD COLUMN others_seconds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reading ADD COLUMN platform_ms INTEGER;
ALTER TABLE reading ADD COLUMN says TEXT NOT NULL DEFAULT ''
    CHECK (says IN ('', 'for', 'against', 'neither', 'silent', 'doubled'));

-- When no reading can say anything of it any more, while it is unknown.
ALTER TABLE delivery ADD COLUMN settle_by_ms INTEGER;
CREATE INDEX delivery_settle_by ON delivery (settle_by_ms)
    WHERE settle_by_ms IS NOT NULL AND state = 'unknown';
UPDATE delivery SET settle_by_ms = updated_at_ms + 1000 * seconds
WHERE state = 'unknown' AND kind <> 'progress';

-- Of one that was sent again after an attempt of unknown outcome:
--   doubled         both were applied
--   watch_until_ms  until when a reading of the lock may still show that
--   watch_at_ms     when it is read for that, if nothing else has it read
ALTER TABLE delivery ADD COLUMN doubled INTEGER NOT NULL DEFAULT 0 CHECK (doubled IN (0, 1));
ALTER TABLE delivery ADD COLUMN watch_until_ms INTEGER;
ALTER TABLE delivery ADD COLUMN watch_at_ms INTEGER;
CREATE INDEX delivery_watched ON delivery (session) WHERE watch_until_ms IS NOT NULL;

-- What may have changed a lock since a reading.
CREATE INDEX delivery_seen ON delivery (session, updated_at_ms)
    WHERE write IN ('add_time', 'remove_time', 'freeze', 'unfreeze');

-- A punishment is taken back once because it was not deserved (ordinal 1), and once because it was
-- applied twice (ordinal 2).
DROP INDEX delivery_undone_once;
CREATE UNIQUE INDEX delivery_undone_once ON delivery (undoes, ordinal) WHERE undoes IS NOT NULL;

-- Of a clock that was set back:
--   highest_ms      the latest time the daemon ever lived at; later than at_ms until the clock has
--                   made up for it
--   set_back_to_ms  the time it was set back to, until then
ALTER TABLE heartbeat ADD COLUMN highest_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE heartbeat ADD COLUMN set_back_to_ms INTEGER;
UPDATE heartbeat SET highest_ms = at_ms;

-- Windows that were opened while the clock was far ahead are removed once it is right again; their
-- ids are in the trail and are not given to others (meta: highest_window).
CREATE TRIGGER window_removed AFTER DELETE ON window BEGIN
    UPDATE counter SET value = value - 1 WHERE name = 'window.' || ifnull(old.verdict, 'open');
END;

-- By which rules open windows were planned: what a start compares with the zones as they are now,
-- instead of looking at every open window.
CREATE TABLE zone_edition (
    zone    TEXT NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (zone, version)
) STRICT, WITHOUT ROWID;
INSERT INTO zone_edition SELECT DISTINCT zone, zone_version FROM window
WHERE end_at_ms >= ifnull((SELECT at_ms FROM heartbeat), 0);
