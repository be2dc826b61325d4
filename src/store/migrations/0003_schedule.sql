-- What the daemon's schedule did last.
CREATE TABLE schedule_run (
    job      TEXT PRIMARY KEY,       -- `source hr`, `target ad`
    schedule TEXT NOT NULL,          -- and its zone; another schedule counts from the day it is seen
    served   INTEGER NOT NULL,       -- everything due until then was done; microseconds
    file     TEXT                    -- of a source: blake3 of the bytes that it took last
) STRICT, WITHOUT ROWID;
