-- A plan can be large. In a table without row ids a search compares whole rows, and reads each of them for it.
CREATE TABLE plan_by_row (
    digest      TEXT PRIMARY KEY NOT NULL,
    target      TEXT NOT NULL,
    proposed_at INTEGER NOT NULL,    -- of the last time that it was proposed
    body        TEXT NOT NULL        -- JSON
) STRICT;

INSERT INTO plan_by_row SELECT digest, target, proposed_at, body FROM plan;
DROP TABLE plan;
ALTER TABLE plan_by_row RENAME TO plan;
CREATE INDEX plan_by_target ON plan (target, proposed_at);

-- The steps of whose outcome nothing was heard are few; they are looked for at the start of every run.
CREATE INDEX step_event_unknown ON step_event (run, step) WHERE event = 'unknown';
