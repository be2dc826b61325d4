//! Fencing numbers: each time that a lease is taken it gets the next one, and only who has the newest may write. The lock
//! of the operating system says who holds a lease; where that fails (its file was deleted, the file system was copied),
//! the number says who held it last. No clock decides anything.

use sqlx::SqliteConnection;

use super::{RunId, Store, StoreError};

/// The number of a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub(super) i64);

impl Store {
    /// The next number of a lease: of whoever has just taken its lock.
    pub async fn next_fence(&self, what: &str) -> Result<Fence, StoreError> {
        let mut transaction = self.begin().await?;
        let number = sqlx::query_scalar(
            "INSERT INTO fence (what, number) VALUES (?, 1)
             ON CONFLICT (what) DO UPDATE SET number = number + 1 RETURNING number",
        )
        .bind(what)
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Fence(number))
    }

    /// Refuses who does not hold a lease any more.
    pub async fn hold_fence(&self, what: &str, fence: Fence) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        newest(&mut transaction, what, fence).await
    }
}

/// Refuses a number that is not the newest, within the transaction that it would write in.
pub(super) async fn newest(connection: &mut SqliteConnection, what: &str, fence: Fence) -> Result<(), StoreError> {
    let number: Option<i64> =
        sqlx::query_scalar("SELECT number FROM fence WHERE what = ?").bind(what).fetch_optional(connection).await?;
    match number {
        Some(newest) if newest == fence.0 => Ok(()),
        newest => {
            Err(StoreError::LeaseLost { what: what.to_owned(), number: fence.0, newest: newest.unwrap_or_default() })
        }
    }
}

/// Refuses a run whose lease was taken by somebody else since.
pub(super) async fn of_run(connection: &mut SqliteConnection, run: RunId) -> Result<(), StoreError> {
    let under: Option<(String, Option<i64>)> =
        sqlx::query_as("SELECT target, fence FROM run WHERE id = ?").bind(run).fetch_optional(&mut *connection).await?;
    match under {
        Some((target, Some(number))) => newest(connection, &target, Fence(number)).await,
        _ => Ok(()),
    }
}
