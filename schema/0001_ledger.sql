-- The ledger: what wearers owe and did, what the daemon decided, and every write it made or owes.
-- All times are UTC milliseconds (…_at_ms); dates are ISO 8601 text; an instant that has not come is NULL.
-- The constraints are the promises: what must never happen twice cannot be stored twice.

-- Facts about the database itself.
--   epoch       a random name given at creation, so that a restored copy can be told from its original
--   clean_stop  when the last daemon stopped cleanly; absent while one runs, and after it died
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A wearer's locked session on one platform.
--   timezone          the operator's word; NULL where they gave none
--   learnt_timezone   from a launch; stays until the operator names one
--   default_timezone  of the configuration at the last enrolment
--   enrolled_by       'launch': its requirement follows the platform's context
--   lane_due_at_ms    when the courier should look at it next: kept up by every unit of work that
--                     changes what there is to send; NULL when nothing is to be sent until something happens
--   deferred_until_ms nothing is looked at before (rate limit, breaker, credential at fault)
CREATE TABLE session (
    id                TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 128),
    platform          TEXT NOT NULL,
    state             TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'ended')),
    state_reason      TEXT NOT NULL DEFAULT '',
    timezone          TEXT,
    learnt_timezone   TEXT,
    default_timezone  TEXT NOT NULL DEFAULT 'UTC',
    enrolled_by       TEXT NOT NULL CHECK (enrolled_by IN ('operator', 'launch')),
    context_seen_at_ms INTEGER,
    lane_due_at_ms    INTEGER,
    deferred_until_ms INTEGER NOT NULL DEFAULT 0,
    created_at_ms     INTEGER NOT NULL,
    ended_at_ms       INTEGER,
    revision          INTEGER NOT NULL DEFAULT 1,
    CHECK ((state = 'ended') = (ended_at_ms IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX session_lane_due ON session (lane_due_at_ms) WHERE lane_due_at_ms IS NOT NULL;

-- When a lock session was paused. until_at_ms is moved forward to the present by a resume.
CREATE TABLE pause (
    id          INTEGER PRIMARY KEY,
    session     TEXT NOT NULL REFERENCES session (id),
    from_at_ms  INTEGER NOT NULL,
    until_at_ms INTEGER NOT NULL CHECK (until_at_ms >= from_at_ms),
    reason      TEXT NOT NULL
) STRICT;
CREATE INDEX pause_session ON pause (session, until_at_ms);
CREATE INDEX pause_until ON pause (until_at_ms, from_at_ms, session);

-- The brake over every lock session. One row at most.
CREATE TABLE brake (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    since_ms INTEGER NOT NULL,
    reason   TEXT NOT NULL
) STRICT;

-- Launch tokens. Known by their SHA-256 for ever, the secret itself only while it lives.
CREATE TABLE token (
    session            TEXT NOT NULL REFERENCES session (id),
    hash               TEXT NOT NULL CHECK (length(hash) = 64),
    secret             TEXT,
    launched_at_ms     INTEGER NOT NULL,
    expires_at_ms      INTEGER NOT NULL,
    verified_at_ms     INTEGER,
    verify_due_at_ms   INTEGER,  -- when to read a context with it; NULL: verified, or dead
    set_aside_until_ms INTEGER,  -- it met a 401; dies then unless the credential was at fault
    died_at_ms         INTEGER,
    death              TEXT CHECK (death IN ('expired', 'refused', 'lock_ended')),
    PRIMARY KEY (session, hash),
    CHECK ((died_at_ms IS NULL) = (secret IS NOT NULL)),
    CHECK ((died_at_ms IS NULL) = (death IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX token_alive ON token (session, launched_at_ms DESC) WHERE died_at_ms IS NULL;
CREATE INDEX token_expiry ON token (expires_at_ms) WHERE died_at_ms IS NULL;
CREATE INDEX token_set_aside ON token (set_aside_until_ms)
    WHERE died_at_ms IS NULL AND set_aside_until_ms IS NOT NULL;

-- What session contexts said of the platform's own requirements: the rows of one instant are one look,
-- a row for each requirement, or one without a metric where it has none. There are rows of the first
-- look and whenever a look differs from the one before, so that what was in force at any time is the
-- last look before it.
--   metric  '' with punishes = 1: a requirement that punishes and whose metric could not be read
CREATE TABLE context_seen (
    session  TEXT NOT NULL REFERENCES session (id),
    at_ms    INTEGER NOT NULL,
    metric   TEXT NOT NULL,
    punishes INTEGER NOT NULL CHECK (punishes IN (0, 1)),
    PRIMARY KEY (session, at_ms, metric)
) STRICT, WITHOUT ROWID;

-- What a wearer owes; one per lock session and metric for ever.
--   next_window_at_ms  the end of its newest window, when the next one begins (an hour from the last
--                      try where its zone could not be read); NULL while it is not in force
CREATE TABLE requirement (
    id                INTEGER PRIMARY KEY,
    session           TEXT NOT NULL REFERENCES session (id),
    metric            TEXT NOT NULL CHECK (length(metric) BETWEEN 1 AND 64),
    enabled           INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    active_from_ms    INTEGER NOT NULL,
    enrolled_at_ms    INTEGER NOT NULL,
    punish_past       INTEGER NOT NULL CHECK (punish_past IN (0, 1)),
    next_window_at_ms INTEGER,
    UNIQUE (session, metric)
) STRICT;
CREATE INDEX requirement_next_window ON requirement (next_window_at_ms)
    WHERE next_window_at_ms IS NOT NULL;

-- The rules, as they were at each change. A window names the generation it is judged by; the newest
-- one makes the windows to come.
CREATE TABLE generation (
    requirement           INTEGER NOT NULL REFERENCES requirement (id),
    ordinal               INTEGER NOT NULL CHECK (ordinal >= 1),
    zone                  TEXT NOT NULL,
    unit                  TEXT NOT NULL CHECK (unit IN ('day', 'week')),
    every                 INTEGER NOT NULL CHECK (every >= 1),
    week_start            INTEGER NOT NULL CHECK (week_start BETWEEN 1 AND 7),  -- 1 = Monday
    anchor_date           TEXT NOT NULL,
    required_count        INTEGER NOT NULL CHECK (required_count >= 1),
    punishment_type       TEXT NOT NULL
        CHECK (punishment_type IN ('none', 'add_time', 'freeze', 'pillory')),
    punishment_seconds    INTEGER NOT NULL CHECK (punishment_seconds >= 0),
    punishment_reason     TEXT NOT NULL,
    owner                 TEXT NOT NULL CHECK (owner IN ('auto', 'platform', 'daemon', 'nobody')),
    first_window          TEXT NOT NULL CHECK (first_window IN ('grace', 'strict')),
    misfire               TEXT NOT NULL CHECK (misfire IN ('all', 'latest', 'none')),
    late_proof            TEXT NOT NULL CHECK (late_proof IN ('count', 'compensate', 'ignore')),
    grace_ms              INTEGER NOT NULL CHECK (grace_ms >= 0),
    platform_key          TEXT NOT NULL,
    on_unknown_punishment TEXT NOT NULL CHECK (on_unknown_punishment IN ('hold', 'assume_applied')),
    on_unknown_progress   TEXT NOT NULL
        CHECK (on_unknown_progress IN ('hold', 'assume_applied', 'resend')),
    created_at_ms         INTEGER NOT NULL,
    PRIMARY KEY (requirement, ordinal)
) STRICT, WITHOUT ROWID;

-- A stretch of time that is judged once: [start, end). Stored with the local dates and the zone rules
-- they came from. Windows of a requirement never overlap and have no gaps.
--   first   it contains the activation: with first_window = grace it can be met but not missed
--   past    it ended before its requirement was enrolled
--   local_start, local_end  the local dates it covers; the end is exclusive
--   fixed   'lock_ended' or 'requirement_removed' when that happened while it was open, 'too_old' when
--           it ended more than proof_max_age before enrolment; such a window is never missed
--   count   maintained: the sum of the amounts of the proofs that count
CREATE TABLE window (
    id           INTEGER PRIMARY KEY,
    requirement  INTEGER NOT NULL REFERENCES requirement (id),
    generation   INTEGER NOT NULL,
    idx          INTEGER NOT NULL,
    start_at_ms  INTEGER NOT NULL,
    end_at_ms    INTEGER NOT NULL CHECK (end_at_ms > start_at_ms),
    local_start  TEXT NOT NULL,
    local_end    TEXT NOT NULL,
    zone         TEXT NOT NULL,
    zone_version TEXT NOT NULL,
    first        INTEGER NOT NULL CHECK (first IN (0, 1)),
    past         INTEGER NOT NULL CHECK (past IN (0, 1)),
    fixed        TEXT CHECK (fixed IN ('lock_ended', 'requirement_removed', 'too_old')),
    judge_at_ms  INTEGER NOT NULL,
    count        INTEGER NOT NULL DEFAULT 0 CHECK (count >= 0),
    verdict      TEXT CHECK (verdict IN ('met', 'missed', 'excused')),
    reason       TEXT NOT NULL DEFAULT '',
    judged_at_ms INTEGER,
    revision     INTEGER NOT NULL DEFAULT 1,
    UNIQUE (requirement, start_at_ms),
    CHECK ((verdict IS NULL) = (judged_at_ms IS NULL)),
    FOREIGN KEY (requirement, generation) REFERENCES generation (requirement, ordinal)
) STRICT;
CREATE INDEX window_judge_at ON window (judge_at_ms) WHERE verdict IS NULL;
CREATE INDEX window_end ON window (end_at_ms);

-- One outbound write that is owed, was made, may have been made, or will not be made.
--   wanted         0: a punishment whose window turned out met, excused or paused in time
--   write          what it asks for (progress, add_time, …), with platform_key/amount or seconds/note;
--                  of progress, amount grows until it is inFlight and is frozen from then on
--   proofs         maintained: how many proofs it carries
--   undoes         of an undo: the punishment it takes back
--   due_at_ms      when it may be looked at next, of queued and unknown ones
--   expires_at_ms  a punishment that was not delivered by then is waived
--   unknowns       how many attempts had no known outcome
--   sent_local_date  the wearer's date of the last send, for the cap per day; NULL again once that send
--                  is known not to have been applied
CREATE TABLE delivery (
    id              INTEGER PRIMARY KEY,
    session         TEXT NOT NULL REFERENCES session (id),
    requirement     INTEGER NOT NULL REFERENCES requirement (id),
    window          INTEGER NOT NULL REFERENCES window (id),
    window_start_ms INTEGER NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('progress', 'punishment', 'undo')),
    ordinal         INTEGER NOT NULL CHECK (ordinal >= 1),
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'queued', 'inFlight', 'unknown',
                                                   'applied', 'rejected', 'held', 'waived')),
    reason          TEXT NOT NULL DEFAULT '',
    wanted          INTEGER NOT NULL DEFAULT 1 CHECK (wanted IN (0, 1)),
    write           TEXT NOT NULL CHECK (write IN ('progress', 'add_time', 'remove_time', 'freeze',
                                                   'unfreeze', 'pillory', 'pillory.end')),
    platform_key    TEXT NOT NULL DEFAULT '',
    amount          INTEGER NOT NULL DEFAULT 0 CHECK (amount >= 0),
    seconds         INTEGER NOT NULL DEFAULT 0 CHECK (seconds >= 0),
    note            TEXT NOT NULL DEFAULT '',
    proofs          INTEGER NOT NULL DEFAULT 0 CHECK (proofs >= 0),
    undoes          INTEGER REFERENCES delivery (id),
    attempts        INTEGER NOT NULL DEFAULT 0,
    unknowns        INTEGER NOT NULL DEFAULT 0,
    due_at_ms       INTEGER,
    expires_at_ms   INTEGER,
    sent_local_date TEXT,
    created_at_ms   INTEGER NOT NULL,
    updated_at_ms   INTEGER NOT NULL,
    revision        INTEGER NOT NULL DEFAULT 1,
    CHECK ((kind = 'progress') = (write = 'progress')),
    CHECK ((kind = 'undo') = (undoes IS NOT NULL)),
    CHECK (kind <> 'progress' OR amount >= 1)
) STRICT;
-- A miss is punished once, a punishment undone once.
CREATE UNIQUE INDEX delivery_once ON delivery (window, kind, ordinal) WHERE kind <> 'progress';
CREATE UNIQUE INDEX delivery_undone_once ON delivery (undoes) WHERE undoes IS NOT NULL;
-- A window has one progress delivery that still takes proofs. One that was unknown once takes none: it
-- is sent again exactly as it was, beside the one that gathers what came since.
CREATE UNIQUE INDEX delivery_open_progress ON delivery (window)
    WHERE kind = 'progress' AND state IN ('waiting', 'queued') AND unknowns = 0;
-- One write of a lock session is in flight at a time, and no punishment starts while one is unknown.
CREATE UNIQUE INDEX delivery_in_flight ON delivery (session) WHERE state = 'inFlight';
CREATE UNIQUE INDEX delivery_unknown ON delivery (session)
    WHERE state = 'unknown' AND kind <> 'progress';
CREATE INDEX delivery_session ON delivery (session, state, kind, window_start_ms);
CREATE INDEX delivery_of_session ON delivery (session, id);
CREATE INDEX delivery_state ON delivery (state, id);
CREATE INDEX delivery_window ON delivery (window);
CREATE INDEX delivery_requirement_unsent ON delivery (requirement, window_start_ms)
    WHERE kind = 'punishment' AND state IN ('waiting', 'queued');
CREATE INDEX delivery_expiry ON delivery (expires_at_ms)
    WHERE expires_at_ms IS NOT NULL AND state IN ('waiting', 'queued');
CREATE INDEX delivery_sent_on ON delivery (session, sent_local_date)
    WHERE sent_local_date IS NOT NULL AND kind = 'punishment';
CREATE INDEX delivery_oldest_waiting ON delivery (created_at_ms) WHERE state = 'waiting';

-- What a wearer did, as a backend vouched for it. Never deleted, never changed but for the two links.
--   given_happened_at_ms  as it came in, for telling a repetition from a conflict
--   happened_at_ms        the effective one: the given, else received; never later than received
--   counted               0: it came too late and the rules ignore late ones; `reason` says so
CREATE TABLE proof (
    id                   TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 128),
    requirement          INTEGER NOT NULL REFERENCES requirement (id),
    window               INTEGER NOT NULL REFERENCES window (id),
    delivery             INTEGER REFERENCES delivery (id),
    amount               INTEGER NOT NULL CHECK (amount >= 1),
    given_happened_at_ms INTEGER,
    happened_at_ms       INTEGER NOT NULL,
    received_at_ms       INTEGER NOT NULL,
    counted              INTEGER NOT NULL CHECK (counted IN (0, 1)),
    reason               TEXT NOT NULL DEFAULT '',
    CHECK (happened_at_ms <= received_at_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX proof_window ON proof (window);

-- One try at a delivery. Without an outcome it is in flight, or was when the daemon died.
CREATE TABLE attempt (
    delivery      INTEGER NOT NULL REFERENCES delivery (id),
    n             INTEGER NOT NULL CHECK (n >= 1),
    token_hash    TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    outcome       TEXT,
    http_status   INTEGER NOT NULL DEFAULT 0,
    code          TEXT NOT NULL DEFAULT '',
    detail        TEXT NOT NULL DEFAULT '',
    duration_ms   INTEGER,
    PRIMARY KEY (delivery, n)
) STRICT, WITHOUT ROWID;

-- What the lock looked like, as evidence for a punishment or an undo: the baseline read just before
-- the write, and the reads that settle an unknown one. Absent facts are NULL.
CREATE TABLE reading (
    delivery               INTEGER NOT NULL,
    attempt                INTEGER NOT NULL,
    role                   TEXT NOT NULL CHECK (role IN ('baseline', 'settle')),
    at_ms                  INTEGER NOT NULL,
    frozen                 INTEGER CHECK (frozen IN (0, 1)),
    time_remaining_seconds INTEGER,
    time_locked_seconds    INTEGER,
    PRIMARY KEY (delivery, attempt, at_ms),
    FOREIGN KEY (delivery, attempt) REFERENCES attempt (delivery, n)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX reading_baseline ON reading (delivery, attempt) WHERE role = 'baseline';

-- When the daemon lived: one row, moved on while it does. A gap of more than 60 s is an outage.
CREATE TABLE heartbeat (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE outage (
    from_at_ms  INTEGER PRIMARY KEY,
    until_at_ms INTEGER NOT NULL CHECK (until_at_ms > from_at_ms)
) STRICT;
CREATE INDEX outage_until ON outage (until_at_ms);

-- The trail: what happened, in order, never changed. `detail` is a JSON object.
CREATE TABLE event (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms    INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    session  TEXT,
    window   INTEGER,
    delivery INTEGER,
    detail   TEXT NOT NULL DEFAULT '{}'
) STRICT;

-- Totals for the status, so that it costs the same whatever is stored. Kept by the triggers below:
--   session.STATE · window.open|met|missed|excused · delivery.STATE ·
--   proof.pending|submitted|rejected|unknown|waived
CREATE TABLE counter (
    name  TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL CHECK (value >= 0)
) STRICT, WITHOUT ROWID;

INSERT INTO counter (name, value) VALUES
    ('session.active', 0), ('session.suspended', 0), ('session.ended', 0),
    ('window.open', 0), ('window.met', 0), ('window.missed', 0), ('window.excused', 0),
    ('delivery.waiting', 0), ('delivery.queued', 0), ('delivery.inFlight', 0),
    ('delivery.unknown', 0), ('delivery.applied', 0), ('delivery.rejected', 0),
    ('delivery.held', 0), ('delivery.waived', 0),
    ('proof.pending', 0), ('proof.submitted', 0), ('proof.rejected', 0), ('proof.unknown', 0),
    ('proof.waived', 0);

-- What a delivery's state means for the proofs it carries.
CREATE VIEW proof_status (state, status) AS
    VALUES ('waiting', 'pending'), ('queued', 'pending'), ('inFlight', 'pending'),
           ('unknown', 'unknown'), ('held', 'unknown'), ('applied', 'submitted'),
           ('rejected', 'rejected'), ('waived', 'waived');

CREATE TRIGGER session_added AFTER INSERT ON session BEGIN
    UPDATE counter SET value = value + 1 WHERE name = 'session.' || new.state;
END;
CREATE TRIGGER session_moved AFTER UPDATE OF state ON session WHEN old.state <> new.state BEGIN
    UPDATE counter SET value = value - 1 WHERE name = 'session.' || old.state;
    UPDATE counter SET value = value + 1 WHERE name = 'session.' || new.state;
END;
CREATE TRIGGER window_added AFTER INSERT ON window BEGIN
    UPDATE counter SET value = value + 1 WHERE name = 'window.' || ifnull(new.verdict, 'open');
END;
CREATE TRIGGER window_judged AFTER UPDATE OF verdict ON window
WHEN old.verdict IS NOT new.verdict BEGIN
    UPDATE counter SET value = value - 1 WHERE name = 'window.' || ifnull(old.verdict, 'open');
    UPDATE counter SET value = value + 1 WHERE name = 'window.' || ifnull(new.verdict, 'open');
END;
CREATE TRIGGER delivery_added AFTER INSERT ON delivery BEGIN
    UPDATE counter SET value = value + 1 WHERE name = 'delivery.' || new.state;
    UPDATE counter SET value = value + new.proofs
        WHERE new.proofs > 0
          AND name = 'proof.' || (SELECT status FROM proof_status WHERE state = new.state);
END;
CREATE TRIGGER delivery_filled AFTER UPDATE OF proofs ON delivery
WHEN old.state = new.state AND old.proofs <> new.proofs BEGIN
    UPDATE counter SET value = value + new.proofs - old.proofs
        WHERE name = 'proof.' || (SELECT status FROM proof_status WHERE state = new.state);
END;
CREATE TRIGGER delivery_moved AFTER UPDATE OF state, proofs ON delivery
WHEN old.state <> new.state BEGIN
    UPDATE counter SET value = value - 1 WHERE name = 'delivery.' || old.state;
    UPDATE counter SET value = value + 1 WHERE name = 'delivery.' || new.state;
    UPDATE counter SET value = value - old.proofs
        WHERE old.proofs > 0
          AND name = 'proof.' || (SELECT status FROM proof_status WHERE state = old.state);
    UPDATE counter SET value = value + new.proofs
        WHERE new.proofs > 0
          AND name = 'proof.' || (SELECT status FROM proof_status WHERE state = new.state);
END;
-- A proof that counts for nothing (late, and ignored) is carried by no delivery.
CREATE TRIGGER proof_ignored AFTER INSERT ON proof WHEN new.counted = 0 BEGIN
    UPDATE counter SET value = value + 1 WHERE name = 'proof.waived';
END;
CREATE TRIGGER proof_counted_after_all AFTER UPDATE OF counted ON proof
WHEN old.counted = 0 AND new.counted = 1 BEGIN
    UPDATE counter SET value = value - 1 WHERE name = 'proof.waived';
END;
