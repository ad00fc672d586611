-- Of two clocks that have dated a proof, which was right may be known only later.

--   home_ms  what it was stamped with when the machine last started anew, where that was another
--            time than at_ms: up_ms is reckoned from the one of the two whose clock went on
ALTER TABLE stamp ADD COLUMN home_ms INTEGER;
