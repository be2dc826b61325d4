-- How many steps came out how, since ever: journals are deleted after a while, and a counter must not fall.
CREATE TABLE step_tally (
    target  TEXT NOT NULL,
    op      TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'failed')),
    count   INTEGER NOT NULL,
    PRIMARY KEY (target, op, outcome)
) STRICT, WITHOUT ROWID;
