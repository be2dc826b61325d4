-- What each scheduled report told last: so that the next one can say what is new, known and resolved.
CREATE TABLE telling (
    job     TEXT PRIMARY KEY,        -- the scheduled report
    report  TEXT NOT NULL,           -- its kind
    targets TEXT NOT NULL,           -- JSON: the targets that it told of
    at      INTEGER NOT NULL         -- microseconds
) STRICT, WITHOUT ROWID;

CREATE TABLE told_finding (
    job    TEXT NOT NULL,
    part   TEXT NOT NULL,
    target TEXT NOT NULL,            -- empty: of no target
    id     TEXT NOT NULL,            -- the same from day to day
    body   TEXT NOT NULL,            -- JSON: the cells, since when it is told
    PRIMARY KEY (job, part, target, id)
) STRICT, WITHOUT ROWID;
