//! Logins: those that targets showed, and those that were ever given.

use std::collections::{BTreeMap, HashMap};

use sqlx::{QueryBuilder, Sqlite};

use super::{Store, StoreError};
use crate::object::{Evidence, ObjectId};
use crate::org::{Id, Instant};

/// Rows in one INSERT: three columns each, below SQLite's limit on bound values.
const CHUNK: usize = 2_000;

impl Store {
    /// Keeps what a complete read of a target showed: its evidence, and the logins that are taken there (folded). Without
    /// names, those of the read before stay, as old ones.
    pub async fn keep_read(
        &self,
        target: &str,
        evidence: &Evidence,
        names: Option<&[(String, ObjectId)]>,
        now: Instant,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        if names.is_some() {
            sqlx::query("DELETE FROM taken_name WHERE target = ?").bind(target).execute(&mut *transaction).await?;
        }
        for chunk in names.unwrap_or_default().chunks(CHUNK) {
            let mut insert: QueryBuilder<Sqlite> =
                QueryBuilder::new("INSERT OR IGNORE INTO taken_name (target, folded, object) ");
            insert.push_values(chunk, |mut row, (folded, object)| {
                row.push_bind(target).push_bind(folded).push_bind(object.as_str());
            });
            insert.build().execute(&mut *transaction).await?;
        }
        sqlx::query(
            "INSERT INTO target_read (target, at, evidence, named) VALUES (?, ?, ?, ?)
             ON CONFLICT (target) DO UPDATE SET at = excluded.at, evidence = excluded.evidence, named = excluded.named",
        )
        .bind(target)
        .bind(now.micros())
        .bind(serde_json::to_string(evidence)?)
        .bind(names.is_some())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The evidence of the last complete read of a target, if there was one.
    pub async fn last_read(&self, target: &str) -> Result<Option<Evidence>, StoreError> {
        let text: Option<String> = sqlx::query_scalar("SELECT evidence FROM target_read WHERE target = ?")
            .bind(target)
            .fetch_optional(self.reader())
            .await?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// Whether the last complete read of a target showed the taken logins, too.
    pub async fn knows_names(&self, target: &str) -> Result<bool, StoreError> {
        let named: Option<bool> = sqlx::query_scalar("SELECT named FROM target_read WHERE target = ?")
            .bind(target)
            .fetch_optional(self.reader())
            .await?;
        Ok(named.unwrap_or(false))
    }

    /// The logins taken in each target at its last complete read: folded login → the objects that have it.
    pub async fn taken_names(&self) -> Result<BTreeMap<String, HashMap<String, Vec<ObjectId>>>, StoreError> {
        let rows: Vec<(String, String, String)> =
            sqlx::query_as("SELECT target, folded, object FROM taken_name").fetch_all(self.reader()).await?;
        let mut taken: BTreeMap<String, HashMap<String, Vec<ObjectId>>> = BTreeMap::new();
        for (target, folded, object) in rows {
            taken.entry(target).or_default().entry(folded).or_default().push(ObjectId::new(object));
        }
        Ok(taken)
    }

    /// Every login ever given, with the person it was given to: as it was folded, and as it was given.
    pub async fn given_names(&self) -> Result<Vec<(String, String, Id)>, StoreError> {
        let rows: Vec<(String, String, String)> =
            sqlx::query_as("SELECT folded, name, person FROM given_name ORDER BY folded")
                .fetch_all(self.reader())
                .await?;
        Ok(rows.into_iter().map(|(folded, name, person)| (folded, name, Id::new(person))).collect())
    }
}
