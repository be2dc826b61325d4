//! The link table: which object of a target belongs to which thing of the roster.

use sqlx::SqliteConnection;

use super::{Store, StoreError};
use crate::object::{Kind, Links, ObjectId};
use crate::org::{Id, Instant};

impl Store {
    /// All links of one target.
    pub async fn links(&self, target: &str) -> Result<Links, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as("SELECT key, object FROM link WHERE target = ?")
            .bind(target)
            .fetch_all(self.reader())
            .await?;
        Ok(rows.into_iter().map(|(key, object)| (Id::new(key), ObjectId::new(object))).collect())
    }

    /// The kinds of all linked keys of one target: what to look up when a linked object was not seen.
    pub async fn linked_kinds(&self, target: &str) -> Result<Vec<(Id, Kind)>, StoreError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT key, kind FROM link WHERE target = ?").bind(target).fetch_all(self.reader()).await?;
        Ok(rows
            .into_iter()
            .filter_map(|(key, kind)| Some((Id::new(key), Kind::ALL.into_iter().find(|one| one.as_str() == kind)?)))
            .collect())
    }
}

/// Adds a link in a transaction. A link that is there already is left as it is; another object under the same key,
/// or another key for the same object, is a constraint error.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    target: &str,
    (key, kind): (&Id, Kind),
    object: &ObjectId,
    now: Instant,
) -> Result<(), StoreError> {
    let known: Option<String> = sqlx::query_scalar("SELECT object FROM link WHERE target = ? AND key = ?")
        .bind(target)
        .bind(key.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    if known.as_deref() == Some(object.as_str()) {
        return Ok(());
    }
    sqlx::query("INSERT INTO link (target, key, kind, object, since) VALUES (?, ?, ?, ?, ?)")
        .bind(target)
        .bind(key.as_str())
        .bind(kind.as_str())
        .bind(object.as_str())
        .bind(now.micros())
        .execute(connection)
        .await?;
    Ok(())
}
