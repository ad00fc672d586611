-- What the status counts and time alone changes, kept up so that asking costs the same whatever is
-- stored: lock sessions with a live token, and lock sessions that are paused.

-- The counter token.alive: lock sessions with a token that neither died nor is set aside. Those whose
-- last one is about to end are few at any time and subtracted by whoever asks.
INSERT INTO counter (name, value) VALUES
    ('token.alive', (SELECT count(DISTINCT session) FROM token
                     WHERE died_at_ms IS NULL AND set_aside_until_ms IS NULL));

CREATE TRIGGER token_added AFTER INSERT ON token
WHEN new.died_at_ms IS NULL AND new.set_aside_until_ms IS NULL BEGIN
    UPDATE counter SET value = value + 1 WHERE name = 'token.alive'
        AND NOT EXISTS (SELECT 1 FROM token WHERE session = new.session AND hash <> new.hash
                        AND died_at_ms IS NULL AND set_aside_until_ms IS NULL);
END;
CREATE TRIGGER token_moved AFTER UPDATE OF died_at_ms, set_aside_until_ms ON token
WHEN (old.died_at_ms IS NULL AND old.set_aside_until_ms IS NULL)
  <> (new.died_at_ms IS NULL AND new.set_aside_until_ms IS NULL) BEGIN
    UPDATE counter SET value = value + iif(old.died_at_ms IS NULL AND old.set_aside_until_ms IS NULL, -1, 1)
        WHERE name = 'token.alive'
        AND NOT EXISTS (SELECT 1 FROM token WHERE session = new.session AND hash <> new.hash
                        AND died_at_ms IS NULL AND set_aside_until_ms IS NULL);
END;

-- Lock sessions that have not ended and were paused: until when at the latest.
CREATE TABLE paused_session (
    session  TEXT NOT NULL PRIMARY KEY REFERENCES session (id),
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX paused_session_until ON paused_session (until_ms);
-- How many of them, by the UTC day (since 1970) on which their pause ends. The days to come are at
-- most as many as a pause is long.
CREATE TABLE paused_day (
    day      INTEGER PRIMARY KEY,
    sessions INTEGER NOT NULL CHECK (sessions >= 0)
) STRICT;

CREATE TRIGGER paused_session_added AFTER INSERT ON paused_session BEGIN
    INSERT INTO paused_day (day, sessions) VALUES (new.until_ms / 86400000, 1)
        ON CONFLICT (day) DO UPDATE SET sessions = sessions + 1;
END;
CREATE TRIGGER paused_session_moved AFTER UPDATE OF until_ms ON paused_session BEGIN
    UPDATE paused_day SET sessions = sessions - 1 WHERE day = old.until_ms / 86400000;
    INSERT INTO paused_day (day, sessions) VALUES (new.until_ms / 86400000, 1)
        ON CONFLICT (day) DO UPDATE SET sessions = sessions + 1;
END;
CREATE TRIGGER paused_session_removed AFTER DELETE ON paused_session BEGIN
    UPDATE paused_day SET sessions = sessions - 1 WHERE day = old.until_ms / 86400000;
END;
CREATE TRIGGER pause_added AFTER INSERT ON pause BEGIN
    INSERT INTO paused_session (session, until_ms)
        SELECT session, max(until_at_ms) FROM pause WHERE session = new.session
        AND (SELECT state FROM session WHERE id = new.session) <> 'ended' GROUP BY session
        ON CONFLICT (session) DO UPDATE SET until_ms = excluded.until_ms;
END;
CREATE TRIGGER pause_moved AFTER UPDATE OF until_at_ms ON pause BEGIN
    INSERT INTO paused_session (session, until_ms)
        SELECT session, max(until_at_ms) FROM pause WHERE session = new.session
        AND (SELECT state FROM session WHERE id = new.session) <> 'ended' GROUP BY session
        ON CONFLICT (session) DO UPDATE SET until_ms = excluded.until_ms;
END;
CREATE TRIGGER paused_session_ended AFTER UPDATE OF state ON session
WHEN new.state = 'ended' AND old.state <> 'ended' BEGIN
    DELETE FROM paused_session WHERE session = new.id;
END;
CREATE TRIGGER paused_session_begun_again AFTER UPDATE OF state ON session
WHEN old.state = 'ended' AND new.state <> 'ended' BEGIN
    INSERT INTO paused_session (session, until_ms)
        SELECT session, max(until_at_ms) FROM pause WHERE session = new.id GROUP BY session;
END;

INSERT INTO paused_session (session, until_ms)
    SELECT session, max(until_at_ms) FROM pause
    WHERE (SELECT state FROM session WHERE id = pause.session) <> 'ended' GROUP BY session;

-- The next window that closes, past those of lock sessions that ended today.
CREATE INDEX window_close ON window (end_at_ms) WHERE verdict IS NOT 'excused';
