-- Where each job stands beside what it did: when it last came with success, what it waits for and since when.
ALTER TABLE schedule_run ADD COLUMN standing TEXT NOT NULL DEFAULT '{}'; -- JSON

-- Maintenance is an order, too.
CREATE TABLE order_given (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    act     TEXT NOT NULL
            CHECK (act IN ('suspend', 'resume', 'pause', 'unpause', 'maintenance begin', 'maintenance end')),
    subject TEXT,              -- the person, or the target, NULL: every target; of maintenance when it ends, NULL: when told
    note    TEXT,
    actor   TEXT NOT NULL,
    at      INTEGER NOT NULL   -- microseconds
) STRICT;

INSERT INTO order_given (seq, act, subject, note, actor, at)
    SELECT seq, act, subject, note, actor, at FROM standing_order ORDER BY seq;

DROP TABLE standing_order;

ALTER TABLE order_given RENAME TO standing_order;
