//! Stored plans and the approvals of them.

use serde_json::json;

use super::log::{Record, append};
use super::{Store, StoreError};
use crate::org::Instant;
use crate::reconcile::{Approval, Digest, Plan};
use crate::stops::{self, Moment};

impl Store {
    /// Keeps a plan under its digest. An equal plan proposed again is the same plan.
    pub async fn keep_plan(&self, plan: &Plan, now: Instant) -> Result<Digest, StoreError> {
        let digest = plan.digest();
        stops::at(Moment::Before, "the plan");
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO plan (digest, target, proposed_at, body) VALUES (?, ?, ?, ?)
             ON CONFLICT (digest) DO UPDATE SET proposed_at = excluded.proposed_at, body = excluded.body",
        )
        .bind(digest.as_str())
        .bind(&plan.target)
        .bind(now.micros())
        .bind(serde_json::to_string(plan)?)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        stops::at(Moment::After, "the plan");
        Ok(digest)
    }

    pub async fn plan(&self, digest: &Digest) -> Result<Option<Plan>, StoreError> {
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM plan WHERE digest = ?")
            .bind(digest.as_str())
            .fetch_optional(self.reader())
            .await?;
        Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
    }

    /// The plan that was proposed last for a target, with the instant.
    pub async fn last_plan(&self, target: &str) -> Result<Option<(Plan, Instant)>, StoreError> {
        let row: Option<(String, i64)> =
            sqlx::query_as("SELECT body, proposed_at FROM plan WHERE target = ? ORDER BY proposed_at DESC LIMIT 1")
                .bind(target)
                .fetch_optional(self.reader())
                .await?;
        row.map(|(body, at)| Ok((serde_json::from_str(&body)?, Instant::from_micros(at)))).transpose()
    }

    /// When a plan was last proposed.
    pub async fn proposed_at(&self, digest: &Digest) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar("SELECT proposed_at FROM plan WHERE digest = ?")
            .bind(digest.as_str())
            .fetch_optional(self.reader())
            .await?;
        Ok(at.map(Instant::from_micros))
    }

    /// Records somebody's consent to a digest.
    pub async fn approve(&self, approval: &Approval) -> Result<(), StoreError> {
        let key = self.log.key()?;
        let mut transaction = self.begin().await?;
        sqlx::query("INSERT INTO approval (digest, actor, at) VALUES (?, ?, ?)")
            .bind(approval.digest.as_str())
            .bind(&approval.by)
            .bind(approval.at.micros())
            .execute(&mut *transaction)
            .await?;
        let digest = approval.digest.to_string();
        let row = json!({ "digest": digest, "actor": approval.by, "at": approval.at.micros() });
        append(&mut transaction, key, &Record::new("approval", digest, row), approval.at).await?;
        transaction.commit().await?;
        self.write_head().await
    }

    /// The newest approval of a digest that no run has used up, if it was given at `since` or later.
    pub async fn approval(&self, digest: &Digest, since: Instant) -> Result<Option<Approval>, StoreError> {
        let row: Option<(String, i64)> = sqlx::query_as(
            "SELECT actor, at FROM approval WHERE digest = ? AND used_by IS NULL AND at >= ? ORDER BY at DESC LIMIT 1",
        )
        .bind(digest.as_str())
        .bind(since.micros())
        .fetch_optional(self.reader())
        .await?;
        Ok(row.map(|(by, at)| Approval { digest: digest.clone(), by, at: Instant::from_micros(at) }))
    }

    /// Marks the approvals of a digest as used up by the run that completed it.
    pub async fn use_approval(&self, digest: &Digest, run: i64) -> Result<(), StoreError> {
        stops::at(Moment::Before, "the use of the approval");
        let mut transaction = self.begin().await?;
        sqlx::query("UPDATE approval SET used_by = ? WHERE digest = ? AND used_by IS NULL")
            .bind(run)
            .bind(digest.as_str())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        stops::at(Moment::After, "the use of the approval");
        Ok(())
    }
}
