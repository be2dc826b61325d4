//! The outbox: what goes out by itself, one row for each letter and each way that it goes. A letter is kept in the
//! transaction that knows of it, so that neither is there without the other. Knows rows and states; what is sent, how and
//! when again is decided by [`run`](crate::run).
//!
//! A row is `waiting` until it is tried, `sending` while it is, and then `sent`, `failed`, or `waiting` again. Who dies
//! while it is `sending` does not know whether it was taken: the next one tries it again, under the same id.

use sqlx::{Row, Sqlite, SqliteConnection, Transaction};
use uuid::Uuid;

use super::fence::{Fence, newest};
use super::findings::{Telling, keep_findings};
use super::{Store, StoreError};
use crate::org::Instant;

/// What is told, in all the forms that any way needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub id: Uuid,
    /// Of the report, or `alarm`: files are named by it.
    pub name: String,
    /// One line.
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    /// In the forms that are asked for beside these two.
    pub files: Vec<LetterFile>,
    /// What a webhook gets: a JSON document.
    pub json: String,
    /// In its language: what a mail says before the names of files that are too large for it.
    pub missing: String,
    pub at: Instant,
}

/// One form of a letter, as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterFile {
    /// What its name ends with: `csv`.
    pub ending: String,
    /// Its media type: `text/csv`.
    pub media: String,
    pub content: Vec<u8>,
}

/// How a letter reaches somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    Mail,
    Webhook,
    Folder,
}

impl Channel {
    pub const ALL: [Self; 3] = [Self::Mail, Self::Webhook, Self::Folder];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Webhook => "webhook",
            Self::Folder => "folder",
        }
    }
}

/// One way that a letter goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Way {
    pub channel: Channel,
    /// An address of mail, or the name of a webhook or a folder.
    pub to: String,
}

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

/// Those that wait and go the way of the row whose id is bound: all mail goes by one server.
macro_rules! same_lane {
    () => {
        "tried.id = ? AND outbox.state = 'waiting' AND outbox.channel = tried.channel
           AND (outbox.channel = 'mail' OR outbox.to_whom = tried.to_whom)"
    };
}

impl Store {
    /// Puts a letter into the outbox, for each of the ways once. It goes when the transaction is committed, and the
    /// daemon looks.
    pub async fn post(
        &self,
        transaction: &mut Transaction<'static, Sqlite>,
        letter: &Letter,
        ways: &[Way],
    ) -> Result<(), StoreError> {
        if ways.is_empty() {
            return Ok(());
        }
        let connection: &mut SqliteConnection = transaction;
        sqlx::query(
            "INSERT INTO letter (id, name, subject, text, html, json, missing, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(letter.id.to_string())
        .bind(&letter.name)
        .bind(&letter.subject)
        .bind(&letter.text)
        .bind(&letter.html)
        .bind(&letter.json)
        .bind(&letter.missing)
        .bind(letter.at.micros())
        .execute(&mut *connection)
        .await?;
        for file in &letter.files {
            sqlx::query("INSERT INTO letter_file (letter, ending, media, content) VALUES (?, ?, ?, ?)")
                .bind(letter.id.to_string())
                .bind(&file.ending)
                .bind(&file.media)
                .bind(&file.content)
                .execute(&mut *connection)
                .await?;
        }
        for way in ways {
            let id = Uuid::new_v5(&letter.id, format!("{} {}", way.channel.as_str(), way.to).as_bytes());
            sqlx::query(
                "INSERT INTO outbox (id, letter, channel, to_whom, state, tries, next, changed, rests)
                 VALUES (?, ?, ?, ?, 'waiting', 0, ?, ?, 0) ON CONFLICT DO NOTHING",
            )
            .bind(id.to_string())
            .bind(letter.id.to_string())
            .bind(way.channel.as_str())
            .bind(&way.to)
            .bind(letter.at.micros())
            .bind(letter.at.micros())
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }

    /// Puts a report into the outbox and keeps what it tells, both or neither.
    pub async fn post_report(&self, telling: &Telling, letter: &Letter, ways: &[Way]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        keep_findings(&mut transaction, telling).await?;
        self.post(&mut transaction, letter, ways).await?;
        self.commit(transaction).await
    }

    /// Whether a letter was posted, and is remembered.
    pub async fn has_letter(&self, id: &Uuid) -> Result<bool, StoreError> {
        let there: Option<i64> = sqlx::query_scalar("SELECT 1 FROM letter WHERE id = ?")
            .bind(id.to_string())
            .fetch_optional(self.reader())
            .await?;
        Ok(there.is_some())
    }

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

    /// Ends a transaction that others wrote in, too.
    pub async fn commit(&self, transaction: Transaction<'static, Sqlite>) -> Result<(), StoreError> {
        Ok(transaction.commit().await?)
    }

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

    /// What a letter says.
    pub async fn letter(&self, id: &Uuid) -> Result<Letter, StoreError> {
        let row = sqlx::query("SELECT name, subject, text, html, json, missing, at FROM letter WHERE id = ?")
            .bind(id.to_string())
            .fetch_one(self.reader())
            .await?;
        let files: Vec<(String, String, Vec<u8>)> =
            sqlx::query_as("SELECT ending, media, content FROM letter_file WHERE letter = ? ORDER BY rowid")
                .bind(id.to_string())
                .fetch_all(self.reader())
                .await?;
        Ok(Letter {
            id: *id,
            name: row.try_get("name")?,
            subject: row.try_get("subject")?,
            text: row.try_get("text")?,
            html: row.try_get("html")?,
            files: files.into_iter().map(|(ending, media, content)| LetterFile { ending, media, content }).collect(),
            json: row.try_get("json")?,
            missing: row.try_get("missing")?,
            at: Instant::from_micros(row.try_get("at")?),
        })
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

    /// Deletes letters that are settled and were posted before. Answers how many.
    pub async fn forget_letters(&self, before: Instant) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let gone = sqlx::query(
            "DELETE FROM letter WHERE at < ? AND NOT EXISTS (
               SELECT 1 FROM outbox WHERE outbox.letter = letter.id AND state IN ('waiting', 'sending'))",
        )
        .bind(before.micros())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(gone.rows_affected())
    }
}

fn uuid(text: &str) -> Result<Uuid, StoreError> {
    Uuid::parse_str(text).map_err(|error| StoreError::Damaged(format!("an id of the outbox: {error}")))
}

fn way(channel: &str, to: String) -> Result<Way, StoreError> {
    let known = Channel::ALL.into_iter().find(|one| one.as_str() == channel);
    let channel = known.ok_or_else(|| StoreError::Damaged(format!("the outbox has a channel {channel:?}")))?;
    Ok(Way { channel, to })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const LEASE: &str = "@schedule";

    fn letter(number: u128, at: Instant) -> Letter {
        Letter {
            id: Uuid::from_u128(number),
            name: "nightly".to_owned(),
            subject: "Nightly".to_owned(),
            text: "Ågård".to_owned(),
            html: Some("<p>".to_owned()),
            files: vec![LetterFile { ending: "csv".to_owned(), media: "text/csv".to_owned(), content: vec![0, 1] }],
            json: "{}".to_owned(),
            missing: String::new(),
            at,
        }
    }

    fn ways(all: &[(Channel, &str)]) -> Vec<Way> {
        all.iter().map(|(channel, to)| Way { channel: *channel, to: (*to).to_owned() }).collect()
    }

    async fn posted(store: &Store, letter: &Letter, ways: &[Way]) {
        let mut transaction = store.begin().await.unwrap();
        store.post(&mut transaction, letter, ways).await.unwrap();
        store.commit(transaction).await.unwrap();
    }

    async fn empty(folder: &tempfile::TempDir) -> (Store, Fence, Instant) {
        let now = Instant::from_micros(1_795_000_000_000_000);
        let store = Store::create(&folder.path().join("roster.db"), "Europe/Copenhagen", now).await.unwrap();
        let fence = store.next_fence(LEASE).await.unwrap();
        (store, fence, now)
    }

    #[tokio::test]
    async fn a_letter_is_there_with_its_transaction_and_its_content_goes_with_the_last_way() {
        let folder = tempfile::tempdir().unwrap();
        let (store, fence, now) = empty(&folder).await;
        let one = letter(1, now);
        let both = ways(&[(Channel::Mail, "it@example.test"), (Channel::Folder, "archive")]);
        let mut lost = store.begin().await.unwrap();
        store.post(&mut lost, &one, &both).await.unwrap();
        drop(lost);
        assert!(store.waiting_letters().await.unwrap().is_empty());
        posted(&store, &one, &both).await;
        let waiting = store.waiting_letters().await.unwrap();
        assert_eq!(waiting.iter().map(|row| row.way.clone()).collect::<Vec<_>>(), both);
        assert_eq!(store.letter(&one.id).await.unwrap(), one);
        for (row, is_last) in waiting.iter().zip([false, true]) {
            assert!(store.begin_sending(LEASE, fence, &row.id, now).await.unwrap());
            assert!(!store.begin_sending(LEASE, fence, &row.id, now).await.unwrap(), "once");
            store.sent(&row.id, now).await.unwrap();
            assert_eq!(store.letter(&one.id).await.unwrap().files.is_empty(), is_last);
        }
        assert_eq!(store.letter(&one.id).await.unwrap().text, "");
        assert_eq!(store.forget_letters(now).await.unwrap(), 0);
        assert_eq!(store.forget_letters(now.hours_later(1)).await.unwrap(), 1);
        assert!(store.outbox().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn what_was_being_sent_goes_again_under_the_same_id_and_by_the_newest_lease_only() {
        let folder = tempfile::tempdir().unwrap();
        let (store, fence, now) = empty(&folder).await;
        posted(&store, &letter(1, now), &ways(&[(Channel::Webhook, "ops")])).await;
        let row = store.waiting_letters().await.unwrap().remove(0);
        assert!(store.begin_sending(LEASE, fence, &row.id, now).await.unwrap());
        assert!(store.waiting_letters().await.unwrap().is_empty());
        let newer = store.next_fence(LEASE).await.unwrap();
        assert!(matches!(store.resend_unknown(LEASE, fence, now).await, Err(StoreError::LeaseLost { .. })));
        assert_eq!(store.resend_unknown(LEASE, newer, now).await.unwrap(), 1);
        let again = store.waiting_letters().await.unwrap().remove(0);
        assert_eq!((again.id, again.tries), (row.id, 1));
        let refused = store.begin_sending(LEASE, fence, &row.id, now).await;
        assert!(matches!(refused, Err(StoreError::LeaseLost { .. })));
    }

    #[tokio::test]
    async fn a_way_that_is_down_rests_as_a_whole_and_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (store, fence, now) = empty(&folder).await;
        let all = ways(&[(Channel::Mail, "a@x.test"), (Channel::Mail, "b@x.test"), (Channel::Webhook, "ops")]);
        posted(&store, &letter(1, now), &all).await;
        let rows = store.waiting_letters().await.unwrap();
        let later = now.hours_later(1);
        assert!(store.begin_sending(LEASE, fence, &rows[0].id, now).await.unwrap());
        store.put_off(&rows[0].id, (later, true), "down", now).await.unwrap();
        let next = |rows: Vec<Waiting>| rows.iter().map(|row| row.next).collect::<Vec<_>>();
        assert_eq!(next(store.waiting_letters().await.unwrap()), [later, later, now]);
        assert!(store.begin_sending(LEASE, fence, &rows[1].id, later).await.unwrap());
        store.sent(&rows[1].id, now).await.unwrap();
        assert_eq!(next(store.waiting_letters().await.unwrap()), [now, now], "the way is open again");
        store.put_off(&rows[0].id, (later, false), "not this one", now).await.unwrap();
        store.give_up(&rows[2].id, "gone", now).await.unwrap();
        let lines = store.outbox().await.unwrap();
        let line = |to: &str| lines.iter().find(|line| line.way.to == to).unwrap();
        assert_eq!((line("a@x.test").waiting, line("a@x.test").why.as_deref()), (1, Some("not this one")));
        assert_eq!((line("b@x.test").waiting, line("b@x.test").last_sent), (0, Some(now)));
        assert_eq!((line("ops").failed, line("ops").why.as_deref()), (1, Some("gone")));
    }
}
