-- What rosterd itself deleted of those who left: a target that keeps what was deleted brings it back when they return.
CREATE TABLE deleted_object (
    target TEXT NOT NULL,
    key    TEXT NOT NULL,
    kind   TEXT NOT NULL,
    object TEXT NOT NULL,            -- the target's immutable id
    at     INTEGER NOT NULL,         -- microseconds
    PRIMARY KEY (target, key)
) STRICT, WITHOUT ROWID;
