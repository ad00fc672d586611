-- What a delivery's moves cost: nothing here changes what may be stored or what is counted.

-- SQLite answers `x IN (three words or more)` from a table that it fills for each statement; what
-- compares one by one asks the same at a fraction of the cost. The rows stay as they are, so the text
-- alone is changed, as https://sqlite.org/lang_altertable.html (7) describes.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(replace(sql,
'CHECK (kind IN (''progress'', ''punishment'', ''undo''))',
'CHECK (kind = ''progress'' OR kind = ''punishment'' OR kind = ''undo'')'),
'CHECK (state IN (''waiting'', ''queued'', ''inFlight'', ''unknown'',
                                                   ''applied'', ''rejected'', ''held'', ''waived''))',
'CHECK (state = ''inFlight'' OR state = ''applied'' OR state = ''queued'' OR state = ''waiting''
        OR state = ''unknown'' OR state = ''rejected'' OR state = ''held'' OR state = ''waived'')'),
'CHECK (write IN (''progress'', ''add_time'', ''remove_time'', ''freeze'',
                                                   ''unfreeze'', ''pillory'', ''pillory.end''))',
'CHECK (write = ''progress'' OR write = ''add_time'' OR write = ''remove_time'' OR write = ''freeze''
        OR write = ''unfreeze'' OR write = ''pillory'' OR write = ''pillory.end'')')
WHERE type = 'table' AND name = 'delivery';
UPDATE sqlite_schema SET sql = replace(replace(sql,
'CHECK (fixed IN (''lock_ended'', ''requirement_removed'', ''too_old''))',
'CHECK (fixed = ''lock_ended'' OR fixed = ''requirement_removed'' OR fixed = ''too_old'')'),
'CHECK (verdict IN (''met'', ''missed'', ''excused''))',
'CHECK (verdict = ''met'' OR verdict = ''missed'' OR verdict = ''excused'')')
WHERE type = 'table' AND name = 'window';
PRAGMA writable_schema = RESET;

-- The proofs of a delivery that is sent stay pending: they are counted anew where their status or
-- their number changes.
DROP TRIGGER delivery_moved;
CREATE TRIGGER delivery_moved AFTER UPDATE OF state ON delivery WHEN old.state <> new.state BEGIN
    UPDATE counter SET value = value - 1 WHERE name = 'delivery.' || old.state;
    UPDATE counter SET value = value + 1 WHERE name = 'delivery.' || new.state;
END;
CREATE TRIGGER delivery_moved_with_proofs AFTER UPDATE OF state ON delivery
WHEN old.state <> new.state AND old.proofs + new.proofs > 0
    AND NOT (old.state = 'queued' AND new.state = 'inFlight' AND old.proofs = new.proofs) BEGIN
    UPDATE counter SET value = value - old.proofs
        WHERE name = 'proof.' || CASE old.state
            WHEN 'applied' THEN 'submitted' WHEN 'rejected' THEN 'rejected' WHEN 'waived' THEN 'waived'
            WHEN 'unknown' THEN 'unknown' WHEN 'held' THEN 'unknown' ELSE 'pending' END;
    UPDATE counter SET value = value + new.proofs
        WHERE name = 'proof.' || CASE new.state
            WHEN 'applied' THEN 'submitted' WHEN 'rejected' THEN 'rejected' WHEN 'waived' THEN 'waived'
            WHEN 'unknown' THEN 'unknown' WHEN 'held' THEN 'unknown' ELSE 'pending' END;
END;
