-- Orders that stand until they are taken back: whose accounts are not to be used, and where nothing is to be written.
-- One row for each word that was given; the last one about a person or a target counts.
CREATE TABLE standing_order (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    act     TEXT NOT NULL CHECK (act IN ('suspend', 'resume', 'pause', 'unpause')),
    subject TEXT,              -- the person, or the target; NULL: every target
    note    TEXT,
    actor   TEXT NOT NULL,
    at      INTEGER NOT NULL   -- microseconds
) STRICT;

-- How often the lease of a target, or of the schedule (@schedule), was taken. Who writes under an older number lost it.
CREATE TABLE fence (
    what   TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The number of the lease that a run was begun under; NULL: it needed none, or began before there were numbers.
ALTER TABLE run ADD COLUMN fence INTEGER;

-- What the clock showed in the last run of a target whose plan was cleared, beside how long the machine was up then.
CREATE TABLE clock_mark (
    target   TEXT PRIMARY KEY,
    wall     INTEGER NOT NULL, -- microseconds since 1970
    boot     TEXT,             -- the id of the boot; NULL: the system tells none
    since_up INTEGER           -- microseconds since that boot
) STRICT, WITHOUT ROWID;

-- A plan made beside the plans of its target, for one person at once: it is not what the target's last plan is.
ALTER TABLE plan ADD COLUMN beside INTEGER NOT NULL DEFAULT 0;
