-- The alarms that were told and are not over, so that each is told once over restarts too.
CREATE TABLE alarm (
    name    TEXT NOT NULL,
    subject TEXT NOT NULL,           -- `target ad`
    body    TEXT NOT NULL,           -- JSON: the alarm as it was told last
    told    INTEGER NOT NULL,        -- microseconds
    gone    INTEGER,                 -- microseconds: since when it is not found any more
    PRIMARY KEY (name, subject)
) STRICT, WITHOUT ROWID;

-- What takes long to find out or is known for a moment only: when certificates end, whether the log holds, how far a
-- clock is off, when a standby took over.
CREATE TABLE watched (
    what TEXT PRIMARY KEY,           -- `ends target ad`
    body TEXT NOT NULL,              -- JSON
    at   INTEGER NOT NULL            -- microseconds
) STRICT, WITHOUT ROWID;
