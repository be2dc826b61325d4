//! The schemas that targets told.

use super::{Store, StoreError};
use crate::org::Instant;

impl Store {
    /// The schema that a target told last: its version, and what it was.
    pub async fn told_schema(&self, target: &str) -> Result<Option<(String, String)>, StoreError> {
        Ok(sqlx::query_as("SELECT version, body FROM target_schema WHERE target = ?")
            .bind(target)
            .fetch_optional(self.reader())
            .await?)
    }

    /// When it was kept, or last found to hold.
    pub async fn told_at(&self, target: &str) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar("SELECT at FROM target_schema WHERE target = ?")
            .bind(target)
            .fetch_optional(self.reader())
            .await?;
        Ok(at.map(Instant::from_micros))
    }

    pub async fn keep_schema(&self, target: &str, version: &str, body: &str, now: Instant) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO target_schema (target, version, body, at) VALUES (?, ?, ?, ?)
             ON CONFLICT (target) DO UPDATE SET version = excluded.version, body = excluded.body, at = excluded.at",
        )
        .bind(target)
        .bind(version)
        .bind(body)
        .bind(now.micros())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}
