//! What the clock showed when a target was last served, beside how long the machine was up then.

use super::{Store, StoreError};
use crate::clock::Uptime;
use crate::org::Instant;

/// A reading of the clock that somebody, or nothing, had to say against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockMark {
    pub wall: Instant,
    pub uptime: Option<Uptime>,
}

impl Store {
    pub async fn clock_mark(&self, target: &str) -> Result<Option<ClockMark>, StoreError> {
        let row: Option<(i64, Option<String>, Option<i64>)> =
            sqlx::query_as("SELECT wall, boot, since_up FROM clock_mark WHERE target = ?")
                .bind(target)
                .fetch_optional(self.reader())
                .await?;
        Ok(row.map(|(wall, boot, micros)| ClockMark {
            wall: Instant::from_micros(wall),
            uptime: boot.zip(micros).map(|(boot, micros)| Uptime { boot, micros }),
        }))
    }

    pub async fn keep_clock_mark(&self, target: &str, mark: &ClockMark) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO clock_mark (target, wall, boot, since_up) VALUES (?, ?, ?, ?)
             ON CONFLICT (target) DO UPDATE SET wall = excluded.wall, boot = excluded.boot, since_up = excluded.since_up",
        )
        .bind(target)
        .bind(mark.wall.micros())
        .bind(mark.uptime.as_ref().map(|uptime| uptime.boot.as_str()))
        .bind(mark.uptime.as_ref().map(|uptime| uptime.micros))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}
