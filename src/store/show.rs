//! One thing of the record: on a day, or its whole history, with who said so and when.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::error::StoreError;
use super::read::commit_at;
use super::{Store, row};
use crate::org::{Day, FactKind, Id, Instant, Version};

/// A version with where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub version: Version,
    pub source: String,
    pub actor: String,
    pub note: Option<String>,
    /// The digest of the file it came with.
    pub batch: Option<String>,
    pub known_from: Instant,
    /// When it was closed; `None` while it is in force.
    pub known_to: Option<Instant>,
}

const SHOWN_ON: &str = "SELECT f.kind, f.id, f.valid_from, f.valid_to, f.body, f.source,
            c.actor, c.note, c.batch, c.known AS known_from, e.known AS known_to
     FROM fact f JOIN commit_log c ON c.seq = f.known_from LEFT JOIN commit_log e ON e.seq = f.known_to
     WHERE f.kind = $1 AND f.id = $2 AND f.known_from <= $3 AND (f.known_to IS NULL OR f.known_to > $3)
       AND (f.valid_from IS NULL OR f.valid_from <= $4) AND (f.valid_to IS NULL OR f.valid_to > $4)";

const SHOWN_EVER: &str = "SELECT f.kind, f.id, f.valid_from, f.valid_to, f.body, f.source,
            c.actor, c.note, c.batch, c.known AS known_from, e.known AS known_to
     FROM fact f JOIN commit_log c ON c.seq = f.known_from LEFT JOIN commit_log e ON e.seq = f.known_to
     WHERE f.kind = $1 AND f.id = $2 ORDER BY f.valid_from, f.known_from, f.row";

impl Store {
    /// What the roster says of a thing on a day, as known now or at an instant.
    pub async fn show(
        &self,
        kind: FactKind,
        id: &Id,
        day: Day,
        known: Option<Instant>,
    ) -> Result<Option<Shown>, StoreError> {
        let mut transaction = self.reader().begin().await?;
        let commit = commit_at(&mut transaction, known).await?;
        let found = sqlx::query(SHOWN_ON)
            .bind(kind.name())
            .bind(id.as_str())
            .bind(commit.seq)
            .bind(day.to_string())
            .fetch_optional(&mut *transaction)
            .await?;
        transaction.rollback().await?;
        found.as_ref().map(shown).transpose()
    }

    /// Every version of a thing that was ever known, by the days and then by when it became known.
    pub async fn history(&self, kind: FactKind, id: &Id) -> Result<Vec<Shown>, StoreError> {
        let rows = sqlx::query(SHOWN_EVER).bind(kind.name()).bind(id.as_str()).fetch_all(self.reader()).await?;
        rows.iter().map(shown).collect()
    }
}

pub(super) fn shown(found: &SqliteRow) -> Result<Shown, StoreError> {
    Ok(Shown {
        version: row::version(found)?,
        source: found.try_get("source")?,
        actor: found.try_get("actor")?,
        note: found.try_get("note")?,
        batch: found.try_get("batch")?,
        known_from: Instant::from_micros(found.try_get("known_from")?),
        known_to: found.try_get::<Option<i64>, _>("known_to")?.map(Instant::from_micros),
    })
}
