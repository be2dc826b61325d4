//! How much of the targets' own limits is used: what one process leaves to the next.

use super::{Store, StoreError};
use crate::org::Instant;

impl Store {
    /// What a target said last of the use of its limits.
    pub async fn used(&self, target: &str) -> Result<Option<String>, StoreError> {
        let query = sqlx::query_scalar("SELECT body FROM target_use WHERE target = ?");
        Ok(query.bind(target).fetch_optional(self.reader()).await?)
    }

    /// Keeps what a target says of it; nothing is left of what it said before.
    pub async fn keep_used(&self, target: &str, used: Option<&str>, now: Instant) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM target_use WHERE target = ?").bind(target).execute(&mut *transaction).await?;
        if let Some(used) = used {
            sqlx::query("INSERT INTO target_use (target, body, at) VALUES (?, ?, ?)")
                .bind(target)
                .bind(used)
                .bind(now.micros())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
