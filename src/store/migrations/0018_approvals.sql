-- Who proposed what and who consented to it, by the user id that the kernel vouched for; and what is tried again later.

-- A keyed hash of the body: an altered plan is found, whatever in it was altered. Empty: stored before there were seals.
ALTER TABLE plan ADD COLUMN seal TEXT NOT NULL DEFAULT '';

-- Who proposed first what an approval names: a plan or an import.
CREATE TABLE proposal (
    digest TEXT PRIMARY KEY,
    uid    INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    at     INTEGER NOT NULL          -- microseconds
) STRICT, WITHOUT ROWID;

CREATE TRIGGER plan_forgotten AFTER DELETE ON plan BEGIN
    DELETE FROM proposal WHERE digest = OLD.digest;
END;

CREATE TRIGGER batch_forgotten AFTER DELETE ON batch BEGIN
    DELETE FROM proposal WHERE digest = OLD.digest;
END;

ALTER TABLE approval ADD COLUMN uid INTEGER;      -- NULL: given before it was kept
ALTER TABLE approval ADD COLUMN parts TEXT;       -- JSON: the parts that it is for; NULL: the whole
ALTER TABLE approval ADD COLUMN expires INTEGER;  -- microseconds

-- Steps that failed when they were last tried.
CREATE TABLE failing (
    target   TEXT NOT NULL,
    step     TEXT NOT NULL,
    key      TEXT NOT NULL,
    kind     TEXT NOT NULL,
    name     TEXT NOT NULL,
    op       TEXT NOT NULL,
    class    TEXT NOT NULL,
    message  TEXT NOT NULL,
    mark     TEXT NOT NULL,          -- hash of what it was to change: another wish is tried at once
    failures INTEGER NOT NULL,       -- in a row
    since    INTEGER NOT NULL,       -- microseconds
    next     INTEGER NOT NULL,       -- microseconds: not tried before
    PRIMARY KEY (target, step)
) STRICT, WITHOUT ROWID;

-- What was done run after run and came back each time: not done again until somebody releases it or wants another value.
CREATE TABLE frozen (
    target    TEXT NOT NULL,
    key       TEXT NOT NULL,
    kind      TEXT NOT NULL,
    name      TEXT NOT NULL,
    op        TEXT NOT NULL,
    attribute TEXT NOT NULL,
    mark      TEXT NOT NULL,         -- hash of the wanted value
    runs      INTEGER NOT NULL,
    since     INTEGER NOT NULL,      -- microseconds
    released  INTEGER,               -- the last run before somebody released it; NULL: frozen
    PRIMARY KEY (target, key, op, attribute, mark)
) STRICT, WITHOUT ROWID;

-- Nothing is kept of what is not ours any more.
CREATE TRIGGER tried_forgotten AFTER DELETE ON link BEGIN
    DELETE FROM failing WHERE target = OLD.target AND key = OLD.key;
    DELETE FROM frozen WHERE target = OLD.target AND key = OLD.key;
END;
