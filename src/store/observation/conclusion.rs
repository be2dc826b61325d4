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
}

impl Store {
    pub async fn conclusion(&self, target: &str) -> Result<Option<Conclusion>, StoreError> {
        let row: Option<(String, i64, String)> =
            sqlx::query_as("SELECT basis, observation, digest FROM conclusion WHERE target = ?")
                .bind(target)
                .fetch_optional(self.reader())
                .await?;
        let Some((basis, observation, digest)) = row else { return Ok(None) };
        Ok(digest.parse().ok().map(|digest| Conclusion { basis, observation, digest }))
    }

    pub async fn keep_conclusion(&self, target: &str, conclusion: &Conclusion) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO conclusion (target, basis, observation, digest) VALUES (?, ?, ?, ?)
             ON CONFLICT (target) DO UPDATE SET basis = excluded.basis, observation = excluded.observation,
                 digest = excluded.digest",
        )
        .bind(target)
        .bind(&conclusion.basis)
        .bind(conclusion.observation)
        .bind(conclusion.digest.as_str())
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

    /// How many objects of a target are linked.
    pub async fn link_count(&self, target: &str) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM link WHERE target = ?")
            .bind(target)
            .fetch_one(self.reader())
            .await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}

/// Forgets what targets looked like, and what followed from it: the next run reads everything anew.
pub(in crate::store) async fn forget(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    for table in ["DELETE FROM conclusion", "DELETE FROM observed", "DELETE FROM observation"] {
        sqlx::query(table).execute(&mut *connection).await?;
    }
    Ok(())
}
