-- The log: one entry for each write of meaning, in the transaction of that write. An entry commits to its payload by a
-- salted hash and to the entry before it by a keyed one. Erasing a payload with its salt leaves the chain whole.
CREATE TABLE log (
    seq        INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL, -- microseconds
    kind       TEXT NOT NULL,    -- adopted, commit, approval, run-begun, receipt, run-ended
    subject    TEXT NOT NULL,    -- `commit 12`, `run 3`, a digest: nothing about a person
    payload    TEXT,             -- JSON; NULL: erased
    salt       BLOB,
    commitment BLOB NOT NULL,    -- blake3 of the payload, keyed with the salt
    hash       BLOB NOT NULL     -- keyed blake3 over the hash before, seq, at, kind, subject and commitment
) STRICT;

-- The newest entry when the run began, then when it ended: `seq hash`.
ALTER TABLE run ADD COLUMN head TEXT;
