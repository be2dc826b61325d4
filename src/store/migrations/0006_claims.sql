-- What each source says of a thing that several sources state. The rows of `fact` are what their claims give together,
-- by who owns which field. Of a thing that one source states there is no claim: its facts are it. Rows are in force, and
-- closed, as those of `fact`.
CREATE TABLE claim (
    row        INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    valid_from TEXT,
    valid_to   TEXT,
    body       TEXT    NOT NULL, -- JSON of the fields that are stated, null among them
    source     TEXT    NOT NULL,
    known_from INTEGER NOT NULL REFERENCES commit_log (seq),
    known_to   INTEGER REFERENCES commit_log (seq),
    CHECK (valid_from IS NULL OR valid_to IS NULL OR valid_from < valid_to),
    CHECK (known_to IS NULL OR known_from < known_to)
) STRICT;

CREATE INDEX claim_in_force ON claim (kind, id, source, valid_from) WHERE known_to IS NULL;
CREATE INDEX claim_by_thing ON claim (kind, id);
