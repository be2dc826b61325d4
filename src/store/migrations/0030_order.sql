-- In which order plans were proposed, of each target: two may be of one microsecond, and a clock may be set back.
ALTER TABLE plan ADD COLUMN nth INTEGER NOT NULL DEFAULT 0;

UPDATE plan SET nth = ranked.nth FROM (
    SELECT digest, row_number() OVER (PARTITION BY target ORDER BY proposed_at, digest) AS nth FROM plan
) AS ranked WHERE plan.digest = ranked.digest;

DROP INDEX plan_by_target;
CREATE INDEX plan_by_target ON plan (target, nth);

-- Runs that never ended are few; they are looked for at the start of every run.
CREATE INDEX run_open ON run (target) WHERE ended IS NULL;
