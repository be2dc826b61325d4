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
