-- What rosterd knows of its targets: links, names, plans, approvals, runs and the journal.

CREATE TABLE link (
    target TEXT NOT NULL,
    key    TEXT NOT NULL,            -- the account, unit or group
    kind   TEXT NOT NULL,
    object TEXT NOT NULL,            -- the target's immutable id
    since  INTEGER NOT NULL,         -- microseconds
    PRIMARY KEY (target, key),
    UNIQUE (target, object)
) STRICT, WITHOUT ROWID;

-- The logins that the last complete read of each target showed, whoever owns them.
CREATE TABLE taken_name (
    target TEXT NOT NULL,
    folded TEXT NOT NULL,
    object TEXT NOT NULL,
    PRIMARY KEY (target, folded, object)
) STRICT, WITHOUT ROWID;

-- The last complete read of each target.
CREATE TABLE target_read (
    target   TEXT PRIMARY KEY,
    at       INTEGER NOT NULL,
    evidence TEXT NOT NULL           -- JSON
) STRICT, WITHOUT ROWID;

-- The last complete import of each source.
CREATE TABLE source_read (
    source   TEXT PRIMARY KEY,
    at       INTEGER NOT NULL,
    evidence TEXT NOT NULL           -- JSON
) STRICT, WITHOUT ROWID;

-- Every login ever given, so that none is given twice.
CREATE TABLE given_name (
    folded TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    person TEXT NOT NULL,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE plan (
    digest      TEXT PRIMARY KEY,
    target      TEXT NOT NULL,
    proposed_at INTEGER NOT NULL,    -- of the last time that it was proposed
    body        TEXT NOT NULL        -- JSON
) STRICT, WITHOUT ROWID;

CREATE INDEX plan_by_target ON plan (target, proposed_at);

CREATE TABLE approval (
    digest  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    at      INTEGER NOT NULL,
    used_by INTEGER REFERENCES run (id),
    PRIMARY KEY (digest, actor, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    target  TEXT NOT NULL,
    verb    TEXT NOT NULL,           -- apply, run, schedule
    actor   TEXT NOT NULL,
    digest  TEXT NOT NULL,           -- of its plan
    started INTEGER NOT NULL,
    ended   INTEGER,                 -- NULL: under way, or cut off
    outcome TEXT,                    -- done, partly, failed
    summary TEXT                     -- JSON: counts and failures
) STRICT;

CREATE INDEX run_by_target ON run (target, id);

-- The journal: what was recorded of each step, in the order in which it was recorded.
CREATE TABLE step_event (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    run     INTEGER NOT NULL REFERENCES run (id),
    step    TEXT NOT NULL,
    event   TEXT NOT NULL,
    at      INTEGER NOT NULL,
    object  TEXT,
    class   TEXT,
    message TEXT
) STRICT;

CREATE INDEX step_event_by_run ON step_event (run, step);
