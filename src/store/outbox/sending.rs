//! The rows on their way: waiting, being sent, and what became of them.

use sqlx::Row;
use uuid::Uuid;

use super::{Way, uuid, way};
use crate::org::Instant;
use crate::store::fence::{Fence, newest};
use crate::store::{Store, StoreError};

/// A row that is not settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What the receiver knows it by.
    pub id: Uuid,
    pub letter: Uuid,
    pub way: Way,
    /// How often it was tried.
    pub tries: u32,
    /// When it was posted.
    pub posted: Instant,
    /// Not tried before.
    pub next: Instant,
}

/// Those that wait and go the way of the row whose id is bound: all mail goes by one server.
macro_rules! same_lane {
    () => {
        "tried.id = ? AND outbox.state = 'waiting' AND outbox.channel = tried.channel
           AND (outbox.channel = 'mail' OR outbox.to_whom = tried.to_whom)"
    };
}

impl Store {
    /// What is not settled, in the order in which it was posted.
    pub async fn waiting_letters(&self) -> Result<Vec<Waiting>, StoreError> {
        let rows = sqlx::query(
            "SELECT outbox.id, letter, channel, to_whom, tries, letter.at AS posted, next
             FROM outbox JOIN letter ON letter.id = outbox.letter WHERE state = 'waiting' ORDER BY seq",
        )
        .fetch_all(self.reader())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Waiting {
                    id: uuid(row.try_get("id")?)?,
                    letter: uuid(row.try_get("letter")?)?,
                    way: way(row.try_get("channel")?, row.try_get("to_whom")?)?,
                    tries: row.try_get("tries")?,
                    posted: Instant::from_micros(row.try_get("posted")?),
                    next: Instant::from_micros(row.try_get("next")?),
                })
            })
            .collect()
    }

    /// What was being sent when whoever sent it ended is tried again. Answers how many.
    pub async fn resend_unknown(&self, lease: &str, fence: Fence, now: Instant) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        newest(&mut transaction, lease, fence).await?;
        let again = sqlx::query(
            "UPDATE outbox SET state = 'waiting', next = ?, changed = ?,
               why = 'whether it was taken is not known: it goes again, under the same id'
             WHERE state = 'sending'",
        )
        .bind(now.micros())
        .bind(now.micros())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(again.rows_affected())
    }

    /// Says that a row is about to be sent; false when it is not for us to send any more.
    pub async fn begin_sending(&self, lease: &str, fence: Fence, id: &Uuid, now: Instant) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        newest(&mut transaction, lease, fence).await?;
        let taken = sqlx::query(
            "UPDATE outbox SET state = 'sending', tries = tries + 1, changed = ? WHERE id = ? AND state = 'waiting'",
        )
        .bind(now.micros())
        .bind(id.to_string())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(taken.rows_affected() == 1)
    }

    /// It was taken. What the letter says goes with the last of its rows.
    pub async fn sent(&self, id: &Uuid, now: Instant) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("UPDATE outbox SET state = 'sent', changed = ?, why = NULL WHERE id = ?")
            .bind(now.micros())
            .bind(id.to_string())
            .execute(&mut *transaction)
            .await?;
        let letter: String = sqlx::query_scalar("SELECT letter FROM outbox WHERE id = ?")
            .bind(id.to_string())
            .fetch_one(&mut *transaction)
            .await?;
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM outbox WHERE letter = ? AND state <> 'sent'")
            .bind(&letter)
            .fetch_one(&mut *transaction)
            .await?;
        // what only rested while nothing went that way goes now
        sqlx::query(concat!(
            "UPDATE outbox SET next = ?, rests = 0 FROM outbox AS tried WHERE outbox.rests = 1 AND ",
            same_lane!()
        ))
        .bind(now.micros())
        .bind(id.to_string())
        .execute(&mut *transaction)
        .await?;
        if left == 0 {
            sqlx::query("UPDATE letter SET text = '', html = NULL, json = '' WHERE id = ?")
                .bind(&letter)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("DELETE FROM letter_file WHERE letter = ?").bind(&letter).execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// It was not taken: not tried before `next`; and with `all`, no other row of its lane either.
    pub async fn put_off(
        &self,
        id: &Uuid,
        (next, all): (Instant, bool),
        why: &str,
        now: Instant,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("UPDATE outbox SET state = 'waiting', next = ?, changed = ?, why = ?, rests = 0 WHERE id = ?")
            .bind(next.micros())
            .bind(now.micros())
            .bind(why)
            .bind(id.to_string())
            .execute(&mut *transaction)
            .await?;
        if all {
            sqlx::query(concat!(
                "UPDATE outbox SET next = max(outbox.next, ?), rests = 1 FROM outbox AS tried WHERE ",
                same_lane!()
            ))
            .bind(next.micros())
            .bind(id.to_string())
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// It will not be taken, or was tried long enough.
    pub async fn give_up(&self, id: &Uuid, why: &str, now: Instant) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("UPDATE outbox SET state = 'failed', changed = ?, why = ? WHERE id = ?")
            .bind(now.micros())
            .bind(why)
            .bind(id.to_string())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}
