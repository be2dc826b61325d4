//! The evidence of complete imports: what lets an absence count.

use super::{Store, StoreError};
use crate::object::Evidence;
use crate::org::Instant;

impl Store {
    /// Keeps the evidence of a complete import of a source, in place of the one before. Written after the import is
    /// committed: when it is lost, nobody is disabled for being absent until the next one.
    pub async fn keep_import(&self, source: &str, evidence: &Evidence, now: Instant) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO source_read (source, at, evidence) VALUES (?, ?, ?)
             ON CONFLICT (source) DO UPDATE SET at = excluded.at, evidence = excluded.evidence",
        )
        .bind(source)
        .bind(now.micros())
        .bind(serde_json::to_string(evidence)?)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// The evidence of the last complete imports, of all sources together.
    pub async fn imports(&self) -> Result<Evidence, StoreError> {
        let texts: Vec<String> =
            sqlx::query_scalar("SELECT evidence FROM source_read ORDER BY source").fetch_all(self.reader()).await?;
        let mut all = Evidence::default();
        for text in texts {
            all.scopes.extend(serde_json::from_str::<Evidence>(&text)?.scopes);
        }
        Ok(all)
    }
}
