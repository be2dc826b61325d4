//! What followed from the last observation of a target: kept, so that a run in which nothing changed need not think it
//! through again.

use sqlx::SqliteConnection;

use crate::reconcile::Digest;
use crate::store::{Store, StoreError};

/// A plan, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// A hash of everything that the plan rests on beside the observation.
    pub basis: String,
    /// The version of the observation.
    pub observation: i64,
    pub digest: Digest,
    /// How many objects are linked.
    pub managed: u64,
}

impl Store {
    pub async fn conclusion(&self, target: &str) -> Result<Option<Conclusion>, StoreError> {
        let row: Option<(String, i64, String, i64)> =
            sqlx::query_as("SELECT basis, observation, digest, managed FROM conclusion WHERE target = ?")
                .bind(target)
                .fetch_optional(self.reader())
                .await?;
        let Some((basis, observation, digest, managed)) = row else { return Ok(None) };
        let managed = u64::try_from(managed).unwrap_or_default();
        Ok(digest.parse().ok().map(|digest| Conclusion { basis, observation, digest, managed }))
    }

    pub async fn keep_conclusion(&self, target: &str, conclusion: &Conclusion) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO conclusion (target, basis, observation, digest, managed) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (target) DO UPDATE SET basis = excluded.basis, observation = excluded.observation,
                 digest = excluded.digest, managed = excluded.managed",
        )
        .bind(target)
        .bind(&conclusion.basis)
        .bind(conclusion.observation)
        .bind(conclusion.digest.as_str())
        .bind(i64::try_from(conclusion.managed).unwrap_or(i64::MAX))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// How often the links of a target, and what was said of objects that are none of ours, have changed.
    pub async fn link_revision(&self, target: &str) -> Result<(i64, i64), StoreError> {
        let links = sqlx::query_scalar("SELECT revision FROM link_revision WHERE target = ?")
            .bind(target)
            .fetch_optional(self.reader())
            .await?;
        let ignored = sqlx::query_scalar("SELECT max(seq) FROM ignored_object").fetch_one(self.reader()).await?;
        Ok((links.unwrap_or(0), Option::unwrap_or(ignored, 0)))
    }
}

/// Forgets what targets looked like, and what followed from it: the next run reads everything anew.
pub(in crate::store) async fn forget(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    for table in ["DELETE FROM conclusion", "DELETE FROM observed", "DELETE FROM observation"] {
        sqlx::query(table).execute(&mut *connection).await?;
    }
    Ok(())
}
