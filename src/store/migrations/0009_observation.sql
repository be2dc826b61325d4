-- What each target looked like when it was last read whole, with the changes that were read since. Nothing rests on it
-- that a complete read would not show anew: without a row everything is read again.
CREATE TABLE observation (
    target  TEXT    PRIMARY KEY,
    version INTEGER NOT NULL,        -- grows when an object changes
    asked   TEXT    NOT NULL,        -- hash of what was asked for, and of what the answers depend on
    whole   INTEGER NOT NULL,        -- microseconds: when everything was last read
    mark    TEXT,                    -- JSON: where the changes that come next begin
    counts  TEXT    NOT NULL,        -- JSON: objects of each kind
    buckets INTEGER NOT NULL         -- a power of two
) STRICT, WITHOUT ROWID;

-- Its objects, by a hash of their ids.
CREATE TABLE observed (
    target TEXT    NOT NULL REFERENCES observation (target) ON DELETE CASCADE,
    bucket INTEGER NOT NULL,
    prints BLOB    NOT NULL,         -- for each object its key and its fingerprint, 16 bytes each
    bodies BLOB    NOT NULL,         -- in the same order, packed
    PRIMARY KEY (target, bucket)
) STRICT;

-- Whether that read showed the taken logins, too: else those of an earlier one are kept.
ALTER TABLE target_read ADD COLUMN named INTEGER NOT NULL DEFAULT 1;

-- What followed from the last observation: the plan, for as long as nothing that it rests on changes.
CREATE TABLE conclusion (
    target      TEXT    PRIMARY KEY,
    basis       TEXT    NOT NULL,    -- hash of everything the plan rests on but the observation
    observation INTEGER NOT NULL,    -- its version
    digest      TEXT    NOT NULL,    -- of the plan
    managed     INTEGER NOT NULL     -- objects that are linked
) STRICT, WITHOUT ROWID;

-- Counts the changes of the links of each target, so that who kept something that follows from them knows.
CREATE TABLE link_revision (
    target   TEXT    PRIMARY KEY,
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER link_added AFTER INSERT ON link BEGIN
    INSERT INTO link_revision VALUES (NEW.target, 1)
    ON CONFLICT (target) DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER link_removed AFTER DELETE ON link BEGIN
    INSERT INTO link_revision VALUES (OLD.target, 1)
    ON CONFLICT (target) DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER link_changed AFTER UPDATE ON link BEGIN
    INSERT INTO link_revision VALUES (NEW.target, 1)
    ON CONFLICT (target) DO UPDATE SET revision = revision + 1;
END;
