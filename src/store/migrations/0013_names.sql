-- Names of several kinds, which share spaces, where there were logins alone.

-- The names that the last complete read of each target showed, whoever owns them.
CREATE TABLE taken_name_by_space (
    target TEXT NOT NULL,
    space  TEXT NOT NULL,            -- login, mail, cn
    folded TEXT NOT NULL,
    object TEXT NOT NULL,
    PRIMARY KEY (target, space, folded, object)
) STRICT, WITHOUT ROWID;

INSERT INTO taken_name_by_space SELECT target, 'login', folded, object FROM taken_name;
DROP TABLE taken_name;
ALTER TABLE taken_name_by_space RENAME TO taken_name;

-- The spaces in which the names of a target are known.
CREATE TABLE read_space (
    target TEXT NOT NULL,
    space  TEXT NOT NULL,
    PRIMARY KEY (target, space)
) STRICT, WITHOUT ROWID;

INSERT INTO read_space
SELECT target, 'login' FROM target_read WHERE named
UNION SELECT target, 'login' FROM taken_name;

-- Whose a name is, in every form in which it is taken: nobody else gets it.
CREATE TABLE name_claim (
    space   TEXT NOT NULL,
    folded  TEXT NOT NULL,
    person  TEXT NOT NULL,
    account TEXT NOT NULL,           -- the kind of account; empty for the ordinary one
    PRIMARY KEY (space, folded)
) STRICT, WITHOUT ROWID;

CREATE INDEX name_claim_by_person ON name_claim (person);

INSERT INTO name_claim SELECT 'login', folded, person, '' FROM given_name;

-- Every name that an account was ever given, the latest of each kind last.
CREATE TABLE given_name_by_kind (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    person  TEXT NOT NULL,
    account TEXT NOT NULL,
    what    TEXT NOT NULL,           -- login, mail, upn, cn
    name    TEXT NOT NULL,
    basis   TEXT,                    -- hash of what the person was called; of names from before it was kept, none
    at      INTEGER NOT NULL,        -- microseconds
    UNIQUE (person, account, what, name)
) STRICT;

INSERT INTO given_name_by_kind (person, account, what, name, at)
SELECT person, '', 'login', name, at FROM given_name ORDER BY at, folded;
DROP TABLE given_name;
ALTER TABLE given_name_by_kind RENAME TO given_name;
