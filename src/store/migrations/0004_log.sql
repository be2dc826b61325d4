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

-- A copy of a roster knows that it is one: `backup` writes the row, and so does who opens a roster that is older than
-- the head file beside it.
CREATE TABLE copy (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    roster TEXT    NOT NULL,     -- what it was copied from
    taken  INTEGER NOT NULL      -- what was approved until then does not count
) STRICT;

-- The targets that may be written to again since: somebody approved a plan that came from the copy.
CREATE TABLE copy_release (
    target TEXT PRIMARY KEY,
    digest TEXT NOT NULL,        -- of that plan
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
