-- A hash of the rules by which the last plan of each target was cleared: what others take away is asked about first.
CREATE TABLE target_rules (
    target TEXT PRIMARY KEY NOT NULL,
    rules TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
