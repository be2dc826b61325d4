-- How much of a target's own limits was used, in the target's own form, so that the next process keeps them too.
CREATE TABLE target_use (
    target TEXT PRIMARY KEY NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
