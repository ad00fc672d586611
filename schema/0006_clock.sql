-- What is known of the machine's clock, so that one who sets it costs no wearer a proof.

-- A proof that came in while nothing said that the wall clock was right; gone once a platform's Date
-- has agreed with it.
--   at_ms  what the wall clock showed then
--   up_ms  how long the machine had been up, sleep included; empty: it has started anew since
CREATE TABLE stamp (
    id    INTEGER PRIMARY KEY,
    proof TEXT NOT NULL REFERENCES proof (id),
    at_ms INTEGER NOT NULL,
    up_ms INTEGER
) STRICT;

-- Which start of the machine the last heartbeat was of, and how long it had been up then.
ALTER TABLE heartbeat ADD COLUMN boot TEXT NOT NULL DEFAULT '';
ALTER TABLE heartbeat ADD COLUMN up_ms INTEGER;

-- By how much the clock was set ahead in it; empty: that cannot be told.
ALTER TABLE outage ADD COLUMN step_ms INTEGER;
