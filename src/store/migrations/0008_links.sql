-- What somebody said of objects that are none of ours: the last word of each object counts. Never changed, only added to.
CREATE TABLE ignored_object (
    seq    INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    object TEXT NOT NULL,            -- the target's immutable id
    act    TEXT NOT NULL CHECK (act IN ('ignore', 'stop')),
    note   TEXT NOT NULL,
    actor  TEXT NOT NULL,
    at     INTEGER NOT NULL          -- microseconds
) STRICT;

-- The schema that each target told, with the mark by which it is known to be the same still.
CREATE TABLE target_schema (
    target  TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    body    TEXT NOT NULL,           -- JSON
    at      INTEGER NOT NULL         -- microseconds
) STRICT, WITHOUT ROWID;
