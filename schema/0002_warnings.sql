-- What the operator is warned of, kept up so that asking costs the same whatever is stored.

-- Lock sessions with deliveries that wait for a launch, since when without a break. Kept by the
-- triggers below; counted in the counters waiting.sessions and waiting.proofs.
CREATE TABLE waiting_session (
    session  TEXT NOT NULL PRIMARY KEY REFERENCES session (id),
    since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_session_since ON waiting_session (since_ms);

-- Of a lock session with a live token and work that the token should carry:
--   work_ends_at_ms  when that token's life ends (of two, the later)
--   work_since_ms    since when such work has lain: since there has been some without a break, or
--                    since the last write was applied
-- Kept with lane_due_at_ms; NULL both when there is no such work or no token.
ALTER TABLE session ADD COLUMN work_ends_at_ms INTEGER;
ALTER TABLE session ADD COLUMN work_since_ms INTEGER;
CREATE INDEX session_work_ends ON session (work_ends_at_ms, work_since_ms)
    WHERE work_ends_at_ms IS NOT NULL;

-- The held write that waits longest for a person.
CREATE INDEX delivery_held ON delivery (updated_at_ms) WHERE state = 'held';

-- What is there already. Whoever waits has done so since the first of what waits was made, or since
-- the last token died.
INSERT INTO waiting_session (session, since_ms)
    SELECT session, max(min(created_at_ms), ifnull(
        (SELECT max(died_at_ms) FROM token WHERE session = delivery.session), 0))
    FROM delivery WHERE state = 'waiting' GROUP BY session;
INSERT INTO counter (name, value) VALUES
    ('waiting.sessions', (SELECT count(*) FROM waiting_session)),
    ('waiting.proofs', (SELECT ifnull(sum(proofs), 0) FROM delivery WHERE state = 'waiting'));
UPDATE session SET work_ends_at_ms =
    (SELECT max(expires_at_ms) FROM token
     WHERE session = session.id AND died_at_ms IS NULL AND set_aside_until_ms IS NULL)
WHERE state = 'active'
    AND id IN (SELECT session FROM delivery WHERE state IN ('queued', 'unknown'));
UPDATE session SET work_since_ms =
    (SELECT min(created_at_ms) FROM delivery
     WHERE session = session.id AND state IN ('queued', 'unknown'))
WHERE work_ends_at_ms IS NOT NULL;

CREATE TRIGGER waiting_session_added AFTER INSERT ON waiting_session BEGIN
    UPDATE counter SET value = value + 1 WHERE name = 'waiting.sessions';
END;
CREATE TRIGGER waiting_session_removed AFTER DELETE ON waiting_session BEGIN
    UPDATE counter SET value = value - 1 WHERE name = 'waiting.sessions';
END;
CREATE TRIGGER delivery_waits_from_birth AFTER INSERT ON delivery WHEN new.state = 'waiting' BEGIN
    INSERT INTO waiting_session (session, since_ms) VALUES (new.session, new.updated_at_ms)
        ON CONFLICT DO NOTHING;
    UPDATE counter SET value = value + new.proofs WHERE name = 'waiting.proofs';
END;
-- One trigger for both directions: what moves otherwise pays for one comparison.
CREATE TRIGGER delivery_begins_or_ends_to_wait AFTER UPDATE OF state ON delivery
WHEN (old.state = 'waiting') <> (new.state = 'waiting') BEGIN
    INSERT INTO waiting_session (session, since_ms)
        SELECT new.session, new.updated_at_ms WHERE new.state = 'waiting'
        ON CONFLICT DO NOTHING;
    DELETE FROM waiting_session WHERE old.state = 'waiting' AND session = old.session
        AND NOT EXISTS (SELECT 1 FROM delivery WHERE session = old.session AND state = 'waiting');
    UPDATE counter SET value = value + iif(new.state = 'waiting', new.proofs, -old.proofs)
        WHERE name = 'waiting.proofs';
END;
CREATE TRIGGER delivery_filled_while_waiting AFTER UPDATE OF proofs ON delivery
WHEN old.state = 'waiting' AND new.state = 'waiting' AND old.proofs <> new.proofs BEGIN
    UPDATE counter SET value = value + new.proofs - old.proofs WHERE name = 'waiting.proofs';
END;
