-- Who was erased: the person, and each thing that was about that person alone. Ids only: nobody is stated again under
-- one of them, and no login is given twice.
CREATE TABLE tombstone (
    id   TEXT    PRIMARY KEY,
    kind TEXT    NOT NULL,
    day  TEXT    NOT NULL,                            -- on which it was erased, for people
    at   INTEGER NOT NULL,                            -- microseconds
    seq  INTEGER NOT NULL REFERENCES commit_log (seq) -- one erasure, one commit
) STRICT, WITHOUT ROWID;

-- Objects of erased accounts: they were ours, are not any more, and somebody has to remove them by hand.
CREATE TABLE left_object (
    target TEXT    NOT NULL,
    object TEXT    NOT NULL, -- the target's immutable id
    kind   TEXT    NOT NULL,
    seq    INTEGER NOT NULL REFERENCES commit_log (seq),
    PRIMARY KEY (target, object)
) STRICT, WITHOUT ROWID;
