//! What the outbox holds, for people.

use sqlx::Row;
use uuid::Uuid;

use super::{Way, uuid, way};
use crate::org::Instant;
use crate::store::{Store, StoreError};

/// One way of a letter, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRow {
    pub id: Uuid,
    pub way: Way,
    /// `waiting`, `sending`, `sent`, `failed`.
    pub state: String,
    pub why: Option<String>,
}

/// What the outbox holds of one way, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxLine {
    pub way: Way,
    /// What is not settled.
    pub waiting: u64,
    /// When the oldest of these was posted.
    pub oldest: Option<Instant>,
    /// The next try of any of them.
    pub next: Option<Instant>,
    /// What was given up.
    pub failed: u64,
    /// Why the last of these, or of those that wait, was not taken.
    pub why: Option<String>,
    /// What was taken, as long as that is remembered.
    pub sent: u64,
    pub last_sent: Option<Instant>,
}

impl Store {
    /// Where each way of a letter stands.
    pub async fn rows_of_letter(&self, id: &Uuid) -> Result<Vec<LetterRow>, StoreError> {
        let rows = sqlx::query("SELECT id, channel, to_whom, state, why FROM outbox WHERE letter = ? ORDER BY seq")
            .bind(id.to_string())
            .fetch_all(self.reader())
            .await?;
        rows.iter()
            .map(|row| {
                Ok(LetterRow {
                    id: uuid(row.try_get("id")?)?,
                    way: way(row.try_get("channel")?, row.try_get("to_whom")?)?,
                    state: row.try_get("state")?,
                    why: row.try_get("why")?,
                })
            })
            .collect()
    }

    /// What the outbox holds, by way.
    pub async fn outbox(&self) -> Result<Vec<OutboxLine>, StoreError> {
        let rows = sqlx::query(
            "SELECT channel, to_whom,
               sum(state IN ('waiting', 'sending')) AS waiting, sum(state = 'failed') AS failed,
               min(CASE WHEN state IN ('waiting', 'sending') THEN letter.at END) AS oldest,
               min(CASE WHEN state = 'waiting' THEN next END) AS next,
               sum(state = 'sent') AS sent, max(CASE WHEN state = 'sent' THEN changed END) AS last_sent,
               (SELECT why FROM outbox AS told WHERE told.channel = outbox.channel AND told.to_whom = outbox.to_whom
                 AND told.why IS NOT NULL ORDER BY told.changed DESC LIMIT 1) AS why
             FROM outbox JOIN letter ON letter.id = outbox.letter GROUP BY channel, to_whom ORDER BY channel, to_whom",
        )
        .fetch_all(self.reader())
        .await?;
        let instant = |at: Option<i64>| at.map(Instant::from_micros);
        rows.iter()
            .map(|row| {
                Ok(OutboxLine {
                    way: way(row.try_get("channel")?, row.try_get("to_whom")?)?,
                    waiting: row.try_get::<i64, _>("waiting")?.unsigned_abs(),
                    oldest: instant(row.try_get("oldest")?),
                    next: instant(row.try_get("next")?),
                    failed: row.try_get::<i64, _>("failed")?.unsigned_abs(),
                    why: row.try_get("why")?,
                    sent: row.try_get::<i64, _>("sent")?.unsigned_abs(),
                    last_sent: instant(row.try_get("last_sent")?),
                })
            })
            .collect()
    }
}
