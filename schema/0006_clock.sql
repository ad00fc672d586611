-- What is known of the machine's clock, so that one who sets it costs no wearer a proof.

-- When a proof came in, until a platform's Date has agreed with the wall clock since.
--   at_ms      what the wall clock showed
--   up_ms      how long the machine had been up, sleep included
--   restarted  it has started anew since, and up_ms is reckoned by the clock it started with:
--              1  which showed an earlier time than at_ms: that was wrong, or this one is
--              2  which showed a later one: nothing speaks against at_ms
CREATE TABLE stamp (
    id        INTEGER PRIMARY KEY,
    proof     TEXT NOT NULL REFERENCES proof (id),
    at_ms     INTEGER NOT NULL,
    up_ms     INTEGER NOT NULL,
    restarted INTEGER NOT NULL DEFAULT 0 CHECK (restarted IN (0, 1, 2))
) STRICT;

-- Which start of the machine the last heartbeat was of, and how long it had been up then.
ALTER TABLE heartbeat ADD COLUMN boot TEXT NOT NULL DEFAULT '';
ALTER TABLE heartbeat ADD COLUMN up_ms INTEGER;

-- By how much the clock was set ahead in it; empty: that cannot be told.
ALTER TABLE outage ADD COLUMN step_ms INTEGER;
