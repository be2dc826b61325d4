//! Instants that are kept one by one.

use sqlx::SqliteExecutor;

use super::{Store, StoreError};
use crate::org::Instant;

/// What an instant is kept of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mark {
    /// A daemon served until then.
    Served,
    /// What was old enough was deleted then.
    Retained,
}

impl Mark {
    fn name(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Retained => "retained",
        }
    }

    /// Keeps an instant in place of the one before, in one statement: beside what computes for long, no transaction is
    /// left open.
    pub async fn keep(self, executor: impl SqliteExecutor<'_>, at: Instant) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO mark (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at")
            .bind(self.name())
            .bind(at.micros())
            .execute(executor)
            .await?;
        Ok(())
    }
}

impl Store {
    pub(super) async fn mark(&self, mark: Mark) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar("SELECT at FROM mark WHERE name = ?")
            .bind(mark.name())
            .fetch_optional(self.reader())
            .await?;
        Ok(at.map(Instant::from_micros))
    }
}
