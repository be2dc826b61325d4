-- How far the journal had come when an observation was read: what was done after that, it may not show.
ALTER TABLE observation ADD COLUMN events INTEGER NOT NULL DEFAULT 0;   -- step_event.seq

UPDATE observation SET events = (SELECT coalesce(max(seq), 0) FROM step_event);
