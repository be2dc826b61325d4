//! Stored plans, each sealed: what was altered in the file is refused, and not applied.

use super::approvals::propose;
use super::{Store, StoreError};
use crate::org::{Actor, Instant};
use crate::reconcile::{Digest, Plan};
use crate::stops::{self, Moment};

impl Store {
    /// Keeps a plan under its digest. An equal plan proposed again is the same plan, and was proposed by who was first.
    pub async fn keep_plan(&self, plan: &Plan, by: &Actor, now: Instant) -> Result<Digest, StoreError> {
        self.keep(plan, false, by, now).await
    }

    /// Keeps a plan that was made beside the plans of its target, and is none of what is proposed for it.
    pub async fn keep_plan_beside(&self, plan: &Plan, by: &Actor, now: Instant) -> Result<Digest, StoreError> {
        self.keep(plan, true, by, now).await
    }

    async fn keep(&self, plan: &Plan, beside: bool, by: &Actor, now: Instant) -> Result<Digest, StoreError> {
        let digest = plan.digest();
        stops::at(Moment::Before, "the plan");
        let body = serde_json::to_string(plan)?;
        let seal = self.seal(&digest, &body).unwrap_or_default();
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO plan (digest, target, proposed_at, body, seal, beside, nth)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(max(nth), 0) + 1 FROM plan WHERE target = ?2))
             ON CONFLICT (digest) DO UPDATE SET proposed_at = excluded.proposed_at, body = excluded.body,
               seal = excluded.seal, nth = excluded.nth",
        )
        .bind(digest.as_str())
        .bind(&plan.target)
        .bind(now.micros())
        .bind(body)
        .bind(seal)
        .bind(beside)
        .execute(&mut *transaction)
        .await?;
        propose(&mut transaction, digest.as_str(), by, now).await?;
        transaction.commit().await?;
        stops::at(Moment::After, "the plan");
        Ok(digest)
    }

    /// The plan with this digest, exactly as it was stored.
    pub async fn plan(&self, digest: &Digest) -> Result<Option<Plan>, StoreError> {
        let row: Option<(String, String)> = sqlx::query_as("SELECT body, seal FROM plan WHERE digest = ?")
            .bind(digest.as_str())
            .fetch_optional(self.reader())
            .await?;
        row.map(|(body, seal)| self.unsealed(digest, &body, &seal)).transpose()
    }

    /// The same to look up what became of its steps, by an earlier version too, which sealed nothing.
    pub async fn plan_to_settle(&self, digest: &Digest) -> Result<Option<Plan>, StoreError> {
        let row: Option<(String, String)> = sqlx::query_as("SELECT body, seal FROM plan WHERE digest = ?")
            .bind(digest.as_str())
            .fetch_optional(self.reader())
            .await?;
        match row {
            Some((body, seal)) if seal.is_empty() => Ok(Some(serde_json::from_str(&body)?)),
            Some((body, seal)) => self.unsealed(digest, &body, &seal).map(Some),
            None => Ok(None),
        }
    }

    /// The plan that was proposed last for a target, with the instant.
    pub async fn last_plan(&self, target: &str) -> Result<Option<(Plan, Instant)>, StoreError> {
        let row: Option<(String, String, String, i64)> = sqlx::query_as(
            "SELECT digest, body, seal, proposed_at FROM plan WHERE target = ? AND NOT beside
             ORDER BY nth DESC LIMIT 1",
        )
        .bind(target)
        .fetch_optional(self.reader())
        .await?;
        let Some((digest, body, seal, at)) = row else { return Ok(None) };
        if seal.is_empty() {
            return Ok(None); // by an earlier version: the next look proposes it anew
        }
        let digest = digest.parse().map_err(|_| StoreError::Damaged(format!("{digest:?} is no digest")))?;
        Ok(Some((self.unsealed(&digest, &body, &seal)?, Instant::from_micros(at))))
    }

    /// When a plan was last proposed.
    pub async fn proposed_at(&self, digest: &Digest) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar("SELECT proposed_at FROM plan WHERE digest = ?")
            .bind(digest.as_str())
            .fetch_optional(self.reader())
            .await?;
        Ok(at.map(Instant::from_micros))
    }

    /// A hash of a plan's body that only who has the key of the log can make; none without the key.
    fn seal(&self, digest: &Digest, body: &str) -> Option<String> {
        let key = self.log.any_key().ok()?;
        Some(key.seal(digest.as_str(), body.as_bytes()).to_hex().to_string())
    }

    /// Without the key nothing can be applied, and only the digest can be checked.
    fn unsealed(&self, digest: &Digest, body: &str, seal: &str) -> Result<Plan, StoreError> {
        let altered = || StoreError::Altered(digest.clone());
        if self.seal(digest, body).is_some_and(|made| made != seal) {
            return Err(altered());
        }
        let plan: Plan = serde_json::from_str(body).map_err(|_| altered())?;
        if plan.digest() == *digest { Ok(plan) } else { Err(altered()) }
    }
}
