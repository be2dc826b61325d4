//! What targets took without showing it, so that it is not written again each night. Marks of values, no values.

use sqlx::SqliteConnection;

use super::{Store, StoreError};
use crate::object::{Accepted, AttributeName, ObjectId, PairMark};
use crate::org::Instant;

/// What the object of a done step shows of what was written to it.
#[derive(Debug)]
pub struct Written<'a> {
    pub object: &'a ObjectId,
    /// All that was written; what is not below is as it was written.
    pub attributes: Vec<&'a AttributeName>,
    pub unshown: Vec<Pair<'a>>,
}

/// One value that was written, and another that is shown.
#[derive(Debug)]
pub struct Pair<'a> {
    pub attribute: &'a AttributeName,
    pub mark: PairMark,
    /// When it is written again; never, without it, while both stay as they are.
    pub until: Option<Instant>,
}

impl Store {
    /// What a target took without showing it, as far as it is not to be written again.
    pub async fn accepted(&self, target: &str, now: Instant) -> Result<Accepted, StoreError> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT object, attribute, mark FROM target_accepted WHERE target = ? AND (until IS NULL OR until > ?)",
        )
        .bind(target)
        .bind(now.micros())
        .fetch_all(self.reader())
        .await?;
        let pair = |(object, attribute, mark): (String, String, String)| {
            (ObjectId::new(object), AttributeName::new(attribute), PairMark::from_stored(mark))
        };
        Ok(rows.into_iter().map(pair).collect())
    }
}

/// Keeps what came of writes, in a transaction.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    target: &str,
    written: &[Written<'_>],
    now: Instant,
) -> Result<(), StoreError> {
    let known: Option<i64> = sqlx::query_scalar("SELECT 1 FROM target_accepted WHERE target = ? LIMIT 1")
        .bind(target)
        .fetch_optional(&mut *connection)
        .await?;
    for one in written {
        if known.is_some() {
            for attribute in &one.attributes {
                sqlx::query("DELETE FROM target_accepted WHERE target = ? AND object = ? AND attribute = ?")
                    .bind(target)
                    .bind(one.object.as_str())
                    .bind(attribute.as_str().to_ascii_lowercase())
                    .execute(&mut *connection)
                    .await?;
            }
        }
        for pair in &one.unshown {
            sqlx::query(
                "INSERT OR REPLACE INTO target_accepted (target, object, attribute, mark, until, at)
                 VALUES (?, ?, ?, ?, ?, ?)",
            )
            .bind(target)
            .bind(one.object.as_str())
            .bind(pair.attribute.as_str().to_ascii_lowercase())
            .bind(pair.mark.as_str())
            .bind(pair.until.map(Instant::micros))
            .bind(now.micros())
            .execute(&mut *connection)
            .await?;
        }
    }
    Ok(())
}
