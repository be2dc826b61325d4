-- What observations showed of accounts that came to be usable or ceased to be, and of members who came or left.
CREATE TABLE access_turn (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    target  TEXT NOT NULL,
    subject TEXT NOT NULL,           -- the account, or a group within a group; the target's immutable id
    key     TEXT,                    -- what it belonged to then
    grp     TEXT,                    -- NULL: whether the account itself can be used
    name    TEXT NOT NULL,           -- of the group, or of the account
    came    INTEGER NOT NULL,        -- 1: came; 0: went
    after   INTEGER,                 -- microseconds: the read of everything before; it turned after that
    seen    INTEGER NOT NULL         -- microseconds
) STRICT;

CREATE INDEX access_turn_by_subject ON access_turn (target, subject);
CREATE INDEX access_turn_by_group ON access_turn (target, grp);
CREATE INDEX access_turn_by_key ON access_turn (key);

-- Since when each target is looked at.
CREATE TABLE access_since (
    target TEXT PRIMARY KEY,
    at     INTEGER NOT NULL          -- microseconds
) STRICT, WITHOUT ROWID;
