//! By which rules the last plan of each target was cleared.

use super::{Store, StoreError};
use crate::org::Instant;

impl Store {
    /// Their hash; `None` for a target that no plan was cleared for.
    pub async fn rules(&self, target: &str) -> Result<Option<String>, StoreError> {
        let query = sqlx::query_scalar("SELECT rules FROM target_rules WHERE target = ?");
        Ok(query.bind(target).fetch_optional(self.reader()).await?)
    }

    pub async fn keep_rules(&self, target: &str, rules: &str, now: Instant) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO target_rules (target, rules, at) VALUES (?, ?, ?)
             ON CONFLICT (target) DO UPDATE SET rules = excluded.rules, at = excluded.at",
        )
        .bind(target)
        .bind(rules)
        .bind(now.micros())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}
