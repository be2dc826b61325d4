//! Sums over the run ledger, for health and metrics. The rows of runs are kept for good, so that these only grow; what
//! came of steps is counted beside them, since journals are deleted.

use serde_json::Value;
use sqlx::{Row, SqliteConnection};

use super::{Store, StoreError};
use crate::org::Instant;

/// The bounds of the histogram of runs, in seconds.
pub const BOUNDS: [u32; 9] = [1, 5, 15, 60, 300, 900, 1800, 3600, 14_400];

/// Runs of a target, or imports of a source, that came out alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunTally {
    /// The target, or of imports the source.
    pub of: String,
    pub import: bool,
    pub outcome: String,
    pub count: u64,
    /// Together, in microseconds.
    pub micros: u64,
    /// How many took at most so many seconds, for each of [`BOUNDS`].
    pub within: Vec<u64>,
}

/// Steps of one operation that came out alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepTally {
    pub target: String,
    pub op: String,
    pub outcome: String,
    pub count: u64,
}

impl Store {
    /// All runs and imports that ended.
    pub async fn run_tallies(&self) -> Result<Vec<RunTally>, StoreError> {
        let within: Vec<String> =
            BOUNDS.iter().map(|bound| format!("sum(ended - started <= {})", u64::from(*bound) * 1_000_000)).collect();
        let query = format!(
            "SELECT target, verb = 'import' AS import, coalesce(outcome, 'failed') AS outcome, count(*) AS count,
               sum(max(ended - started, 0)) AS micros, {} FROM run WHERE ended IS NOT NULL GROUP BY 1, 2, 3",
            within.join(", ")
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_all(self.reader()).await?;
        rows.iter()
            .map(|row| {
                let within = (5..5 + BOUNDS.len()).map(|at| row.try_get::<u64, _>(at)).collect::<Result<_, _>>()?;
                Ok(RunTally {
                    of: row.try_get("target")?,
                    import: row.try_get("import")?,
                    outcome: row.try_get("outcome")?,
                    count: row.try_get("count")?,
                    micros: row.try_get("micros")?,
                    within,
                })
            })
            .collect()
    }

    pub async fn step_tallies(&self) -> Result<Vec<StepTally>, StoreError> {
        let rows: Vec<(String, String, String, u64)> =
            sqlx::query_as("SELECT target, op, outcome, count FROM step_tally ORDER BY target, op, outcome")
                .fetch_all(self.reader())
                .await?;
        let tally = |(target, op, outcome, count)| StepTally { target, op, outcome, count };
        Ok(rows.into_iter().map(tally).collect())
    }

    /// When something was last written to a target, or, where nothing ever was, when it was first compared.
    pub async fn last_write(&self, target: &str) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar(
            "SELECT coalesce(
               (SELECT max(ended) FROM run WHERE target = ?1 AND verb <> 'import'
                  AND json_extract(summary, '$.counts.done') > 0),
               (SELECT min(started) FROM run WHERE target = ?1 AND verb <> 'import'))",
        )
        .bind(target)
        .fetch_one(self.reader())
        .await?;
        Ok(at.map(Instant::from_micros))
    }

    /// When a source last delivered something new.
    pub async fn last_news(&self, source: &str) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> =
            sqlx::query_scalar("SELECT max(recorded) FROM batch WHERE source = ? AND outcome = 'committed'")
                .bind(source)
                .fetch_one(self.reader())
                .await?;
        Ok(at.map(Instant::from_micros))
    }

    /// Since when no file of a source is taken, although one is there; none when the last one was taken or is held.
    pub async fn import_fails_since(&self, source: &str) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar(
            "SELECT min(started) FROM run WHERE target = ?1 AND verb = 'import'
               AND coalesce(outcome, 'failed') NOT IN ('done', 'held')
               AND id > coalesce((SELECT max(id) FROM run WHERE target = ?1 AND verb = 'import' AND outcome = 'done'), 0)",
        )
        .bind(source)
        .fetch_one(self.reader())
        .await?;
        Ok(at.map(Instant::from_micros))
    }

    /// The begin of the first run of a whole target that failed after the last one that was done, or that was held, where
    /// none failed; none when the done one was the last. What is done by hand to some objects counts for neither.
    pub async fn fails_since(&self, target: &str) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar(
            "SELECT started FROM run WHERE target = ?1 AND verb IN ('apply', 'run', 'schedule')
               AND id > coalesce((SELECT max(id) FROM run WHERE target = ?1 AND verb IN ('apply', 'run', 'schedule')
                 AND outcome = 'done'), 0)
             ORDER BY outcome IS 'held', id LIMIT 1",
        )
        .bind(target)
        .fetch_optional(self.reader())
        .await?;
        Ok(at.map(Instant::from_micros))
    }

    /// When a target was first run, or a source first imported.
    pub async fn first_run(&self, of: &str) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar("SELECT min(started) FROM run WHERE target = ?")
            .bind(of)
            .fetch_one(self.reader())
            .await?;
        Ok(at.map(Instant::from_micros))
    }

    /// Linked objects of a target, by kind.
    pub async fn linked_by_kind(&self, target: &str) -> Result<Vec<(String, u64)>, StoreError> {
        Ok(sqlx::query_as("SELECT kind, count(*) FROM link WHERE target = ? GROUP BY kind ORDER BY kind")
            .bind(target)
            .fetch_all(self.reader())
            .await?)
    }

    /// Everything that fails at a target, put off or not: how much that is, and since when the oldest does.
    pub async fn failing(&self, target: &str) -> Result<(u64, Option<Instant>), StoreError> {
        let (count, since): (u64, Option<i64>) = sqlx::query_as(
            "SELECT count(*), min(since) FROM (
               SELECT since FROM failing WHERE target = ?1
               UNION ALL SELECT since FROM frozen WHERE target = ?1 AND released IS NULL)",
        )
        .bind(target)
        .fetch_one(self.reader())
        .await?;
        Ok((count, since.map(Instant::from_micros)))
    }
}

/// Counts what came of the steps of a run that ends, by its summary.
pub(super) async fn count_steps(
    connection: &mut SqliteConnection,
    run: i64,
    summary: &Value,
) -> Result<(), StoreError> {
    let done = summary["done"].as_object().into_iter().flatten();
    let done = done.filter_map(|(op, count)| Some((op.as_str(), "done", count.as_i64()?)));
    let failed = summary["failures"].as_array().into_iter().flatten();
    let failed = failed.filter_map(|failure| Some((failure["op"].as_str()?, "failed", 1)));
    for (op, outcome, count) in done.chain(failed).filter(|(_, _, count)| *count > 0) {
        sqlx::query(
            "INSERT INTO step_tally (target, op, outcome, count) SELECT target, ?2, ?3, ?4 FROM run WHERE id = ?1
             ON CONFLICT (target, op, outcome) DO UPDATE SET count = count + excluded.count",
        )
        .bind(run)
        .bind(op)
        .bind(outcome)
        .bind(count)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_target_fails_since_the_first_of_its_runs_that_was_not_done() {
        let folder = tempfile::tempdir().unwrap();
        let now = Instant::from_micros(1_795_000_000_000_000);
        let store = Store::create(&folder.path().join("roster.db"), "Europe/Copenhagen", now).await.unwrap();
        let mut since = Vec::new();
        for (nth, (verb, outcome)) in [
            ("apply", Some("done")),
            ("schedule", Some("held")),
            ("schedule", Some("failed")),
            ("links adopt", Some("done")),
            ("suspend", Some("done")),
            ("schedule", Some("partly")),
            ("schedule", Some("done")),
            ("links unlink", Some("failed")),
            ("run", None),
        ]
        .into_iter()
        .enumerate()
        {
            let mut transaction = store.begin().await.unwrap();
            sqlx::query(
                "INSERT INTO run (target, verb, actor, digest, started, outcome) VALUES ('ad', ?, 'anna', '', ?, ?)",
            )
            .bind(verb)
            .bind(i64::try_from(nth).unwrap())
            .bind(outcome)
            .execute(&mut *transaction)
            .await
            .unwrap();
            transaction.commit().await.unwrap();
            since.push(store.fails_since("ad").await.unwrap().map(Instant::micros));
        }
        assert_eq!(since, [None, Some(1), Some(2), Some(2), Some(2), Some(2), None, None, Some(8)]);
    }
}
