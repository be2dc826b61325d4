//! What the targets want the next process to know of them, in their own form.

use super::{Store, StoreError};
use crate::org::Instant;

impl Store {
    /// What a target wanted it to know.
    pub async fn experience(&self, target: &str) -> Result<Option<String>, StoreError> {
        let query = sqlx::query_scalar("SELECT body FROM target_use WHERE target = ?");
        Ok(query.bind(target).fetch_optional(self.reader()).await?)
    }

    /// Keeps that; nothing is left of what was kept before.
    pub async fn keep_experience(
        &self,
        target: &str,
        experience: Option<&str>,
        now: Instant,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM target_use WHERE target = ?").bind(target).execute(&mut *transaction).await?;
        if let Some(experience) = experience {
            sqlx::query("INSERT INTO target_use (target, body, at) VALUES (?, ?, ?)")
                .bind(target)
                .bind(experience)
                .bind(now.micros())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
