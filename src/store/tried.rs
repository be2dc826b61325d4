//! What came of earlier tries: steps that failed, and values that came back run after run.

use sqlx::SqliteConnection;

use super::{RunId, Store, StoreError};
use crate::object::{Op, PairMark, Step};
use crate::org::{Id, Instant};
use crate::reconcile::patience::{Failing, Frozen, Tried, Worth, mark};

/// What came of one step, as far as later runs are to know.
#[derive(Debug)]
pub enum Try<'a> {
    Done(&'a Step),
    Failed { step: &'a Step, class: &'a str, message: &'a str, worth: Worth },
}

/// One line of what is in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedRow {
    pub target: String,
    pub key: Id,
    pub kind: String,
    pub name: String,
    pub op: String,
    /// What is frozen; none of a step that failed.
    pub attribute: Option<String>,
    pub class: Option<String>,
    pub message: Option<String>,
    /// Failures in a row, or runs.
    pub times: u32,
    pub since: Instant,
    pub next: Option<Instant>,
}

/// The columns of `failing` that a plan looks at.
type FailingRow = (String, String, String, u32, String, String, i64, i64);

/// The columns of a line of the quarantine.
type Row =
    (String, String, String, String, String, Option<String>, Option<String>, Option<String>, u32, i64, Option<i64>);

impl Store {
    /// What is known of earlier tries against a target.
    pub async fn tried(&self, target: &str) -> Result<Tried, StoreError> {
        let rows: Vec<FailingRow> = sqlx::query_as(
            "SELECT step, key, mark, failures, class, message, since, next FROM failing WHERE target = ? ORDER BY step",
        )
        .bind(target)
        .fetch_all(self.reader())
        .await?;
        let failing = rows.into_iter().map(|(step, key, mark, failures, class, message, since, next)| Failing {
            step,
            key: Id::new(key),
            mark: PairMark::from_stored(mark),
            failures,
            class,
            message,
            since: Instant::from_micros(since),
            next: Instant::from_micros(next),
        });
        let rows: Vec<(String, String, String, String, u32)> = sqlx::query_as(
            "SELECT key, op, attribute, mark, runs FROM frozen WHERE target = ? AND released IS NULL
             ORDER BY key, op, attribute, mark",
        )
        .bind(target)
        .fetch_all(self.reader())
        .await?;
        let frozen = rows.into_iter().map(|(key, op, attribute, mark, runs)| {
            let op: Op = serde_json::from_value(serde_json::Value::String(op))?;
            Ok(Frozen { key: Id::new(key), op, attribute, mark: PairMark::from_stored(mark), runs })
        });
        Ok(Tried { failing: failing.collect(), frozen: frozen.collect::<Result<_, StoreError>>()? })
    }

    /// What is put off at an instant, of one target or of all.
    pub async fn quarantined(&self, target: Option<&str>, now: Instant) -> Result<Vec<TriedRow>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT target, key, kind, name, op, NULL, class, message, failures, since, next FROM failing
             WHERE next > $1 AND ($2 IS NULL OR target = $2)
             UNION ALL
             SELECT target, key, kind, name, op, attribute, NULL, NULL, runs, since, NULL FROM frozen
             WHERE released IS NULL AND ($2 IS NULL OR target = $2)
             ORDER BY 1, 2, 5, 6",
        )
        .bind(now.micros())
        .bind(target)
        .fetch_all(self.reader())
        .await?;
        let line = |(target, key, kind, name, op, attribute, class, message, times, since, next): Row| TriedRow {
            target,
            key: Id::new(key),
            kind,
            name,
            op,
            attribute,
            class,
            message,
            times,
            since: Instant::from_micros(since),
            next: next.map(Instant::from_micros),
        };
        Ok(rows.into_iter().map(line).collect())
    }

    /// Tries again in the next run what was put off, of one object or of the whole target. Answers how much that was.
    pub async fn release_tried(&self, target: &str, key: Option<&Id>) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let key = key.map(Id::as_str);
        let failing = sqlx::query("DELETE FROM failing WHERE target = $1 AND ($2 IS NULL OR key = $2)")
            .bind(target)
            .bind(key)
            .execute(&mut *transaction)
            .await?;
        // what counts towards the next freezing begins after the last run
        let frozen = sqlx::query(
            "UPDATE frozen SET released = (SELECT coalesce(max(id), 0) FROM run)
             WHERE target = $1 AND ($2 IS NULL OR key = $2) AND released IS NULL",
        )
        .bind(target)
        .bind(key)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(failing.rows_affected() + frozen.rows_affected())
    }

    /// Forgets what is wanted no more, or is as it should be: everything but the steps and keys that are named.
    pub async fn forget_tried(
        &self,
        target: &str,
        is_open: &(dyn Fn(&str, &Id) -> bool + Sync),
        is_frozen: &(dyn Fn(&Id) -> bool + Sync),
    ) -> Result<(), StoreError> {
        let Tried { failing, frozen } = self.tried(target).await?;
        let failing: Vec<Failing> = failing.into_iter().filter(|one| !is_open(&one.step, &one.key)).collect();
        let frozen: Vec<Frozen> = frozen.into_iter().filter(|one| !is_frozen(&one.key)).collect();
        if failing.is_empty() && frozen.is_empty() {
            return Ok(());
        }
        let mut transaction = self.begin().await?;
        for one in failing {
            sqlx::query("DELETE FROM failing WHERE target = ? AND step = ?")
                .bind(target)
                .bind(&one.step)
                .execute(&mut *transaction)
                .await?;
        }
        for one in frozen {
            sqlx::query("DELETE FROM frozen WHERE target = ? AND key = ? AND op = ? AND attribute = ? AND mark = ?")
                .bind(target)
                .bind(one.key.as_str())
                .bind(one.op.as_str())
                .bind(&one.attribute)
                .bind(one.mark.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The last runs of a target that looked at all of it or wrote to it, newest first, with their digests.
    pub async fn last_runs(&self, target: &str, count: u32) -> Result<Vec<(RunId, String)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, digest FROM run WHERE target = ? AND verb <> 'import' AND outcome IN ('done', 'partly')
             ORDER BY id DESC LIMIT ?",
        )
        .bind(target)
        .bind(count)
        .fetch_all(self.reader())
        .await?)
    }

    /// The steps that were done in each of these runs.
    pub async fn done_in_each(&self, runs: &[RunId]) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT step FROM step_event WHERE run IN (SELECT value FROM json_each($1))
               AND event IN ('done', 'founddone')
             GROUP BY step HAVING count(DISTINCT run) = $2 ORDER BY step",
        )
        .bind(serde_json::to_string(runs)?)
        .bind(i64::try_from(runs.len()).unwrap_or(i64::MAX))
        .fetch_all(self.reader())
        .await?)
    }

    /// Freezes values that came back; those that somebody released since the first of these runs are left.
    pub async fn freeze(
        &self,
        target: &str,
        found: &[(&Step, String, PairMark)],
        (runs, first): (u32, RunId),
        now: Instant,
    ) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let mut frozen = 0;
        for (step, attribute, mark) in found {
            let done = sqlx::query(
                "INSERT INTO frozen (target, key, kind, name, op, attribute, mark, runs, since)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                 ON CONFLICT (target, key, op, attribute, mark) DO UPDATE SET
                   runs = excluded.runs, since = excluded.since, released = NULL WHERE released < $10",
            )
            .bind(target)
            .bind(step.key.as_str())
            .bind(step.kind.as_str())
            .bind(&step.name)
            .bind(step.op.as_str())
            .bind(attribute)
            .bind(mark.as_str())
            .bind(runs)
            .bind(now.micros())
            .bind(first)
            .execute(&mut *transaction)
            .await?;
            frozen += done.rows_affected();
        }
        transaction.commit().await?;
        Ok(frozen)
    }
}

/// Keeps what came of steps, in a transaction.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    target: &str,
    tries: &[Try<'_>],
    now: Instant,
) -> Result<(), StoreError> {
    let known: Option<i64> = sqlx::query_scalar("SELECT 1 FROM failing WHERE target = ? LIMIT 1")
        .bind(target)
        .fetch_optional(&mut *connection)
        .await?;
    for one in tries {
        match one {
            Try::Done(step) if known.is_some() => {
                sqlx::query("DELETE FROM failing WHERE target = ? AND step = ?")
                    .bind(target)
                    .bind(step.id.as_str())
                    .execute(&mut *connection)
                    .await?;
            }
            Try::Done(_) => {}
            Try::Failed { step, class, message, worth } => {
                failed(connection, target, (step, class, message), *worth, now).await?;
            }
        }
    }
    Ok(())
}

async fn failed(
    connection: &mut SqliteConnection,
    target: &str,
    (step, class, message): (&Step, &str, &str),
    worth: Worth,
    now: Instant,
) -> Result<(), StoreError> {
    let mark = mark(step);
    let before: Option<(u32, i64)> =
        sqlx::query_as("SELECT failures, since FROM failing WHERE target = ? AND step = ? AND mark = ?")
            .bind(target)
            .bind(step.id.as_str())
            .bind(mark.as_str())
            .fetch_optional(&mut *connection)
            .await?;
    let (failures, since) = before.map_or((1, now.micros()), |(failures, since)| (failures.saturating_add(1), since));
    sqlx::query(
        "INSERT OR REPLACE INTO failing
           (target, step, key, kind, name, op, class, message, mark, failures, since, next)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(target)
    .bind(step.id.as_str())
    .bind(step.key.as_str())
    .bind(step.kind.as_str())
    .bind(&step.name)
    .bind(step.op.as_str())
    .bind(class)
    .bind(message)
    .bind(mark.as_str())
    .bind(failures)
    .bind(since)
    .bind(worth.next(failures, now).micros())
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// Takes out what is said of things that were erased, and what names the person.
pub(super) async fn erase(
    connection: &mut SqliteConnection,
    keys: &[&Id],
    names: &(dyn Fn(&str) -> bool + Sync),
) -> Result<(), StoreError> {
    for key in keys {
        sqlx::query("DELETE FROM failing WHERE key = ?").bind(key.as_str()).execute(&mut *connection).await?;
        sqlx::query("DELETE FROM frozen WHERE key = ?").bind(key.as_str()).execute(&mut *connection).await?;
    }
    let rows: Vec<(String, String, String, String)> =
        sqlx::query_as("SELECT target, step, name, message FROM failing").fetch_all(&mut *connection).await?;
    for (target, step, _, _) in rows.iter().filter(|(_, _, name, message)| names(name) || names(message)) {
        sqlx::query("DELETE FROM failing WHERE target = ? AND step = ?")
            .bind(target)
            .bind(step)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
