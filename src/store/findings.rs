//! What each scheduled report told last.

use sqlx::SqliteConnection;

use super::{Store, StoreError};
use crate::org::Instant;

/// What a scheduled report tells: the findings that are open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    pub job: String,
    /// Which report it is.
    pub report: String,
    /// The targets that it tells of.
    pub targets: Vec<String>,
    pub at: Instant,
    pub parts: Vec<TellingPart>,
}

/// The findings of one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TellingPart {
    pub name: String,
    pub target: Option<String>,
    /// Everything was seen: what was told before and is not here is no more.
    pub whole: bool,
    pub findings: Vec<StoredFinding>,
}

/// A finding, as JSON, and by which id it is known again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFinding {
    pub id: String,
    pub body: String,
}

/// Keeps what is told. To be done in one transaction with what sends it on its way: nothing counts as told that was not
/// sent.
pub async fn keep_findings(connection: &mut SqliteConnection, telling: &Telling) -> Result<(), StoreError> {
    let Telling { job, report, targets, at, parts } = telling;
    sqlx::query(
        "INSERT INTO telling (job, report, targets, at) VALUES (?, ?, ?, ?)
         ON CONFLICT (job) DO UPDATE SET report = excluded.report, targets = excluded.targets, at = excluded.at",
    )
    .bind(job)
    .bind(report)
    .bind(serde_json::to_string(targets)?)
    .bind(at.micros())
    .execute(&mut *connection)
    .await?;
    for part in parts {
        let target = part.target.as_deref().unwrap_or_default();
        if part.whole {
            sqlx::query("DELETE FROM told_finding WHERE job = ? AND part = ? AND target = ?")
                .bind(job)
                .bind(&part.name)
                .bind(target)
                .execute(&mut *connection)
                .await?;
        }
        for StoredFinding { id, body } in &part.findings {
            sqlx::query("INSERT OR REPLACE INTO told_finding (job, part, target, id, body) VALUES (?, ?, ?, ?, ?)")
                .bind(job)
                .bind(&part.name)
                .bind(target)
                .bind(id)
                .bind(body)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

impl Store {
    /// What a scheduled report told last.
    pub async fn telling(&self, job: &str) -> Result<Option<Telling>, StoreError> {
        let mut transaction = self.reader().begin().await?;
        let head: Option<(String, String, i64)> =
            sqlx::query_as("SELECT report, targets, at FROM telling WHERE job = ?")
                .bind(job)
                .fetch_optional(&mut *transaction)
                .await?;
        let Some((report, targets, at)) = head else { return Ok(None) };
        let rows: Vec<(String, String, String, String)> =
            sqlx::query_as("SELECT part, target, id, body FROM told_finding WHERE job = ? ORDER BY part, target, id")
                .bind(job)
                .fetch_all(&mut *transaction)
                .await?;
        let mut parts: Vec<TellingPart> = Vec::new();
        for (name, target, id, body) in rows {
            let (target, finding) = (Some(target).filter(|target| !target.is_empty()), StoredFinding { id, body });
            match parts.last_mut() {
                Some(last) if last.name == name && last.target == target => last.findings.push(finding),
                _ => parts.push(TellingPart { name, target, whole: true, findings: vec![finding] }),
            }
        }
        let (job, targets) = (job.to_owned(), serde_json::from_str(&targets)?);
        Ok(Some(Telling { job, report, targets, at: Instant::from_micros(at), parts }))
    }

    /// What was told last of a report by any scheduled one that told of all these targets.
    pub async fn newest_telling(&self, report: &str, targets: &[String]) -> Result<Option<Telling>, StoreError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT job, targets FROM telling WHERE report = ? ORDER BY at DESC, job")
                .bind(report)
                .fetch_all(self.reader())
                .await?;
        for (job, told) in rows {
            let told: Vec<String> = serde_json::from_str(&told)?;
            if targets.iter().all(|target| told.contains(target)) {
                return self.telling(&job).await;
            }
        }
        Ok(None)
    }

    /// Forgets what was told before an instant by reports that are scheduled no more. Answers how many those are.
    pub async fn forget_tellings(&self, scheduled: &[String], before: Instant) -> Result<usize, StoreError> {
        let jobs: Vec<String> = sqlx::query_scalar("SELECT job FROM telling WHERE at < ? ORDER BY job")
            .bind(before.micros())
            .fetch_all(self.reader())
            .await?;
        let gone: Vec<String> = jobs.into_iter().filter(|job| !scheduled.contains(job)).collect();
        if gone.is_empty() {
            return Ok(0);
        }
        let mut transaction = self.begin().await?;
        for job in &gone {
            sqlx::query("DELETE FROM told_finding WHERE job = ?").bind(job).execute(&mut *transaction).await?;
            sqlx::query("DELETE FROM telling WHERE job = ?").bind(job).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(gone.len())
    }

    /// Keeps what is told, by itself.
    pub async fn keep_telling(&self, telling: &Telling) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        keep_findings(&mut transaction, telling).await?;
        Ok(transaction.commit().await?)
    }
}
