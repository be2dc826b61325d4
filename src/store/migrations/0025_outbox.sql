-- What goes out by itself, reports and alarms: kept in the transaction that knows of it, and sent after it.

CREATE TABLE letter (
    id      TEXT PRIMARY KEY,        -- UUID
    name    TEXT NOT NULL,           -- of the report, or `alarm`
    subject TEXT NOT NULL,
    text    TEXT NOT NULL,           -- empty when everybody has it
    html    TEXT,
    json    TEXT NOT NULL,           -- what a webhook gets
    missing TEXT NOT NULL,           -- what a mail says before the names of what is too large for it
    at      INTEGER NOT NULL         -- microseconds
) STRICT, WITHOUT ROWID;

CREATE TABLE letter_file (
    letter  TEXT NOT NULL REFERENCES letter (id) ON DELETE CASCADE,
    ending  TEXT NOT NULL,           -- `csv`
    media   TEXT NOT NULL,           -- `text/csv`
    content BLOB NOT NULL,
    PRIMARY KEY (letter, ending)
) STRICT;

-- One row for each letter and each way that it goes.
CREATE TABLE outbox (
    seq     INTEGER PRIMARY KEY,
    id      TEXT NOT NULL UNIQUE,    -- UUID: the same at each try, so that a receiver knows a repetition
    letter  TEXT NOT NULL REFERENCES letter (id) ON DELETE CASCADE,
    channel TEXT NOT NULL,           -- `mail`, `webhook`, `folder`
    to_whom TEXT NOT NULL,           -- an address, or the name of the section
    state   TEXT NOT NULL,           -- `waiting`, `sending`, `sent`, `failed`
    tries   INTEGER NOT NULL,
    next    INTEGER NOT NULL,        -- microseconds: not tried before
    changed INTEGER NOT NULL,        -- microseconds: when it came into its state
    rests   INTEGER NOT NULL,        -- 1: only because nothing went that way when it was last tried
    why     TEXT,                    -- what became of the last try that was not taken
    UNIQUE (letter, channel, to_whom)
) STRICT;

CREATE INDEX outbox_by_state ON outbox (state, next) WHERE state IN ('waiting', 'sending');

-- The files that lie in folders: none but these are ever deleted there.
CREATE TABLE folder_file (
    folder  TEXT NOT NULL,           -- the name of the section
    path    TEXT NOT NULL,           -- of the folder, as it was then
    name    TEXT NOT NULL,
    item    TEXT NOT NULL,           -- the id of the row of the outbox
    place   INTEGER NOT NULL,        -- among the files of that row
    at      INTEGER NOT NULL,        -- microseconds
    PRIMARY KEY (path, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX folder_file_by_item ON folder_file (item);
