-- What somebody else changed in a target of what is kept in step there.
CREATE TABLE drift (
    target    TEXT NOT NULL,
    object    TEXT NOT NULL,           -- the target's immutable id
    attribute TEXT NOT NULL,           -- in small letters
    item      TEXT NOT NULL,           -- of members, which one; else empty
    key       TEXT NOT NULL,           -- the account, unit or group
    body      TEXT NOT NULL,           -- JSON: what is wanted and what is shown
    mark      TEXT NOT NULL,           -- hash of both
    since     INTEGER NOT NULL,        -- microseconds: first seen
    seen      INTEGER NOT NULL,        -- microseconds: last seen
    resolved  INTEGER,                 -- microseconds: seen no more
    PRIMARY KEY (target, object, attribute, item)
) STRICT, WITHOUT ROWID;

CREATE INDEX drift_by_key ON drift (key);
