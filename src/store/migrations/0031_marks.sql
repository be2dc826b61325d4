-- Instants that are kept one by one; they stood among the jobs of the schedule.
CREATE TABLE mark (
    name TEXT PRIMARY KEY,  -- `served`: until when a daemon did; `retained`: when what is old enough was last deleted
    at   INTEGER NOT NULL   -- microseconds
) STRICT, WITHOUT ROWID;

INSERT INTO mark (name, at)
SELECT CASE job WHEN 'daemon' THEN 'served' ELSE 'retained' END, served
FROM schedule_run WHERE job IN ('daemon', 'retention');

DELETE FROM schedule_run WHERE job IN ('daemon', 'retention');
