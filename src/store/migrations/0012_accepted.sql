-- What a target took without showing it: for an object and an attribute a mark of what was written and of what is shown
-- instead. While both stay the same, it is not written again.
CREATE TABLE target_accepted (
    target    TEXT NOT NULL,
    object    TEXT NOT NULL,           -- the target's immutable id
    attribute TEXT NOT NULL,           -- in small letters
    mark      TEXT NOT NULL,           -- hash of both values
    until     INTEGER,                 -- microseconds: from then on it is tried again
    at        INTEGER NOT NULL,        -- microseconds
    PRIMARY KEY (target, object, attribute)
) STRICT, WITHOUT ROWID;

-- A plan rests on it, as it rests on the links.
CREATE TRIGGER accepted_added AFTER INSERT ON target_accepted BEGIN
    INSERT INTO link_revision VALUES (NEW.target, 1)
    ON CONFLICT (target) DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER accepted_removed AFTER DELETE ON target_accepted BEGIN
    INSERT INTO link_revision VALUES (OLD.target, 1)
    ON CONFLICT (target) DO UPDATE SET revision = revision + 1;
END;

-- Nothing is kept of what is not ours any more.
CREATE TRIGGER accepted_forgotten AFTER DELETE ON link BEGIN
    DELETE FROM target_accepted WHERE target = OLD.target AND object = OLD.object;
END;
