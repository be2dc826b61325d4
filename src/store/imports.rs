//! Committing an import: the facts, the record of the batch and the evidence of its completeness, together or not at all.

use super::{BatchRecord, CommitMeta, Store, StoreError, commit_intake_in, save_batch};
use crate::object::Evidence;
use crate::org::IntakePlan;

impl Store {
    /// Commits a planned import. `evidence` is that of a complete one.
    pub async fn commit_import(
        &self,
        plan: &IntakePlan,
        meta: &CommitMeta,
        mut batch: BatchRecord,
        evidence: Option<&Evidence>,
    ) -> Result<Option<i64>, StoreError> {
        let mut transaction = self.begin().await?;
        let seq = commit_intake_in(&mut transaction, plan, meta).await?;
        batch.seq = seq;
        save_batch(&mut transaction, &batch).await?;
        if let Some(evidence) = evidence {
            sqlx::query(
                "INSERT INTO source_read (source, at, evidence) VALUES (?, ?, ?)
                 ON CONFLICT (source) DO UPDATE SET at = excluded.at, evidence = excluded.evidence",
            )
            .bind(&plan.source)
            .bind(meta.now.micros())
            .bind(serde_json::to_string(evidence)?)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(seq)
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
