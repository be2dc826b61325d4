//! Who proposed what, and who consented to it. Each approval is an entry of the log.

use serde_json::json;
use sqlx::SqliteConnection;

use super::log::{Record, append};
use super::{Store, StoreError};
use crate::org::{Actor, Instant};
use crate::reconcile::{Approval, Digest, Part};
use crate::stops::{self, Moment};

type Columns = (String, Option<i64>, String, i64, Option<String>, Option<i64>);

impl Store {
    /// Records somebody's consent to a digest.
    pub async fn approve(&self, approval: &Approval) -> Result<(), StoreError> {
        let key = self.log.key()?;
        let digest = approval.digest.to_string();
        let parts = match approval.only.as_slice() {
            [] => None,
            parts => Some(serde_json::to_string(parts)?),
        };
        let mut transaction = self.begin().await?;
        sqlx::query("INSERT INTO approval (digest, uid, actor, at, parts, expires) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(&digest)
            .bind(approval.by.uid)
            .bind(&approval.by.name)
            .bind(approval.at.micros())
            .bind(&parts)
            .bind(approval.expires.micros())
            .execute(&mut *transaction)
            .await?;
        let row = json!({
            "digest": digest, "uid": approval.by.uid, "actor": approval.by.name, "at": approval.at.micros(),
            "parts": parts, "expires": approval.expires.micros(),
        });
        append(&mut transaction, key, &Record::new("approval", digest, row), approval.at).await?;
        transaction.commit().await?;
        self.write_head().await
    }

    /// The approvals of a digest that no run has used up, oldest first. One that was given before it was kept for how long
    /// it counts, counts for `days`.
    pub async fn approvals(&self, digest: &Digest, days: i64) -> Result<Vec<Approval>, StoreError> {
        let rows: Vec<Columns> = sqlx::query_as(
            "SELECT digest, uid, actor, at, parts, expires FROM approval
             WHERE digest = ? AND used_by IS NULL ORDER BY at, actor",
        )
        .bind(digest.as_str())
        .fetch_all(self.reader())
        .await?;
        rows.into_iter().map(|row| approval(row, days)).collect()
    }

    /// The newest approval of another plan of the same target, if no run has used it up.
    pub async fn approval_of_another(
        &self,
        target: &str,
        digest: &Digest,
        days: i64,
    ) -> Result<Option<Approval>, StoreError> {
        let row: Option<Columns> = sqlx::query_as(
            "SELECT approval.digest, uid, actor, at, parts, expires FROM approval JOIN plan USING (digest)
             WHERE target = ? AND approval.digest <> ? AND used_by IS NULL ORDER BY at DESC LIMIT 1",
        )
        .bind(target)
        .bind(digest.as_str())
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| approval(row, days)).transpose()
    }

    /// Marks the approvals of a digest as used up by the run that completed it.
    pub async fn use_approvals(&self, digest: &Digest, run: i64) -> Result<(), StoreError> {
        stops::at(Moment::Before, "the approval");
        let mut transaction = self.begin().await?;
        sqlx::query("UPDATE approval SET used_by = ? WHERE digest = ? AND used_by IS NULL")
            .bind(run)
            .bind(digest.as_str())
            .execute(&mut *transaction)
            .await?;
        // what comes after it is somebody's proposal anew
        sqlx::query("DELETE FROM proposal WHERE digest = ?").bind(digest.as_str()).execute(&mut *transaction).await?;
        transaction.commit().await?;
        stops::at(Moment::After, "the approval");
        Ok(())
    }

    /// Who proposed first what has this digest, where that was kept.
    pub async fn proposer(&self, digest: &str) -> Result<Option<Actor>, StoreError> {
        let row: Option<(u32, String)> = sqlx::query_as("SELECT uid, actor FROM proposal WHERE digest = ?")
            .bind(digest)
            .fetch_optional(self.reader())
            .await?;
        Ok(row.map(|(uid, actor)| Actor::new(uid, actor)))
    }
}

/// Says who proposes a digest, unless somebody else did before.
pub(super) async fn propose(
    connection: &mut SqliteConnection,
    digest: &str,
    by: &Actor,
    now: Instant,
) -> Result<(), StoreError> {
    sqlx::query("INSERT OR IGNORE INTO proposal (digest, uid, actor, at) VALUES (?, ?, ?, ?)")
        .bind(digest)
        .bind(by.uid)
        .bind(&by.name)
        .bind(now.micros())
        .execute(connection)
        .await?;
    Ok(())
}

fn approval((digest, uid, actor, at, parts, expires): Columns, days: i64) -> Result<Approval, StoreError> {
    let at = Instant::from_micros(at);
    let only: Vec<Part> = parts.map(|parts| serde_json::from_str(&parts)).transpose()?.unwrap_or_default();
    Ok(Approval {
        digest: digest.parse().map_err(|_| StoreError::Damaged(format!("{digest:?} is no digest")))?,
        by: match uid.and_then(|uid| u32::try_from(uid).ok()) {
            Some(uid) => Actor::new(uid, actor),
            None => Actor::unknown(actor),
        },
        at,
        expires: expires.map_or(at.days_earlier(-days), Instant::from_micros),
        only,
    })
}
