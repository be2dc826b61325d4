//! Letters as they are posted, and what is kept of them.

use sqlx::{Row, Sqlite, SqliteConnection, Transaction};
use uuid::Uuid;

use super::{Letter, LetterFile, Way};
use crate::org::Instant;
use crate::store::findings::{Telling, keep_findings};
use crate::store::{Store, StoreError};

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

    /// Ends a transaction that others wrote in, too.
    pub async fn commit(&self, transaction: Transaction<'static, Sqlite>) -> Result<(), StoreError> {
        Ok(transaction.commit().await?)
    }

    /// Whether a letter was posted, and is remembered.
    pub async fn has_letter(&self, id: &Uuid) -> Result<bool, StoreError> {
        let there: Option<i64> = sqlx::query_scalar("SELECT 1 FROM letter WHERE id = ?")
            .bind(id.to_string())
            .fetch_optional(self.reader())
            .await?;
        Ok(there.is_some())
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
