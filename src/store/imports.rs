//! The evidence of complete imports: what lets an absence count.

use std::collections::BTreeMap;

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

    /// Notes that a source says something that was not taken, or not all of what it knows: evidence without a part,
    /// which proves nothing. With `last`, whatever it said before no longer counts either.
    pub async fn doubt_import(&self, source: &str, last: bool, now: Instant) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let query = if last {
            "INSERT INTO source_read (source, at, evidence) VALUES (?, ?, ?)
             ON CONFLICT (source) DO UPDATE SET at = excluded.at, evidence = excluded.evidence"
        } else {
            "INSERT INTO source_read (source, at, evidence) VALUES (?, ?, ?) ON CONFLICT (source) DO NOTHING"
        };
        sqlx::query(query)
            .bind(source)
            .bind(now.micros())
            .bind(serde_json::to_string(&Evidence::default())?)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// The evidence of each source that ever said anything, of its last complete import or none, and when that was.
    pub async fn imports(&self) -> Result<BTreeMap<String, (Evidence, Instant)>, StoreError> {
        let rows: Vec<(String, i64, String)> =
            sqlx::query_as("SELECT source, at, evidence FROM source_read").fetch_all(self.reader()).await?;
        let read = |(source, at, text): (String, i64, String)| {
            Ok((source, (serde_json::from_str(&text)?, Instant::from_micros(at))))
        };
        rows.into_iter().map(read).collect()
    }
}
