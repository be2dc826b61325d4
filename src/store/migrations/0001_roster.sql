-- The record itself, on two time axes. Days are YYYY-MM-DD, half-open, NULL is open; instants are microseconds since 1970.

CREATE TABLE meta (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    roster  TEXT    NOT NULL, -- the roster's UUID: accounts get their ids from it
    created INTEGER NOT NULL,
    zone    TEXT    NOT NULL  -- the time zone that the days are meant in
) STRICT;

-- One row per transaction that changed the record: the known axis. `known` only ever grows.
CREATE TABLE commit_log (
    seq    INTEGER PRIMARY KEY,
    known  INTEGER NOT NULL UNIQUE,
    actor  TEXT    NOT NULL,
    source TEXT    NOT NULL,
    batch  TEXT,             -- the digest of the file
    note   TEXT,
    taken  INTEGER           -- the instant that the file spoke of
) STRICT;

-- One row per version. A row is in force from the commit `known_from` until the commit `known_to`, and never changes
-- but for being closed. The rows of one thing in force at one commit never overlap.
CREATE TABLE fact (
    row        INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    valid_from TEXT,
    valid_to   TEXT,
    body       TEXT    NOT NULL, -- canonical JSON of the kind's fields
    source     TEXT    NOT NULL,
    known_from INTEGER NOT NULL REFERENCES commit_log (seq),
    known_to   INTEGER REFERENCES commit_log (seq),
    CHECK (valid_from IS NULL OR valid_to IS NULL OR valid_from < valid_to),
    CHECK (known_to IS NULL OR known_from < known_to)
) STRICT;

CREATE INDEX fact_in_force ON fact (kind, id, valid_from) WHERE known_to IS NULL;
CREATE INDEX fact_by_thing ON fact (kind, id, valid_from, known_from);

-- Who ever had a national id: a keyed hash finds the person without opening a seal.
CREATE TABLE national_id (
    hash   TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (hash, person)
) STRICT;

-- Every import that was tried: held until somebody approves its digest, or committed.
CREATE TABLE batch (
    digest   TEXT    PRIMARY KEY,
    source   TEXT    NOT NULL,
    file     TEXT    NOT NULL, -- blake3 of the bytes; the same bytes must come again after an approval
    taken    INTEGER,
    outcome  TEXT    NOT NULL CHECK (outcome IN ('held', 'committed', 'unchanged')),
    counts   TEXT    NOT NULL, -- JSON
    limits   TEXT    NOT NULL, -- JSON
    recorded INTEGER NOT NULL,
    seq      INTEGER REFERENCES commit_log (seq)
) STRICT;

CREATE INDEX batch_by_file ON batch (source, file);
