//! A store gets its key; and a roster from before there was a log gets its entries.

use sqlx::{Row, SqliteConnection};

use super::append::{Record, WITNESSES, append, hash_of, newest, roster};
use super::chain::{Link, LogKey};
use super::head::{self, Head};
use super::{Log, facts};
use crate::org::Instant;
use crate::store::Store;
use crate::store::error::StoreError;

/// The kind of entry that speaks of a commit of facts.
const COMMIT: &str = "commit";

impl Store {
    /// Gives the store the key of its log. A roster that was written before there was a log gets an entry for each
    /// row that should have one, once: what was changed before then, nobody can prove.
    pub async fn with_log(mut self, key: LogKey, now: Instant) -> Result<Self, StoreError> {
        let newest = newest(&mut *self.reader().acquire().await?).await?;
        self.log = if newest.is_some() {
            if self.is_first_by(&key).await? { Log::Keyed(key) } else { Log::OtherKey(key) }
        } else if head::read(&head::file_of(&self.path))?.is_some_and(|head| !head.is_ok_and(Head::is_begin)) {
            Log::Emptied(key)
        } else {
            if self.writer.is_some() {
                self.begin_head(&key)?;
                self.adopt(&key, now).await?;
            }
            Log::Keyed(key)
        };
        if self.writer.is_some() && matches!(self.log, Log::Keyed(_)) {
            self.note_copy().await?;
        }
        Ok(self)
    }

    /// Whether this key made the first entry.
    async fn is_first_by(&self, key: &LogKey) -> Result<bool, StoreError> {
        let first = sqlx::query("SELECT seq, at, kind, subject, commitment, hash FROM log ORDER BY seq LIMIT 1")
            .fetch_one(self.reader())
            .await?;
        let link = Link {
            seq: first.try_get("seq")?,
            at: first.try_get("at")?,
            kind: first.try_get("kind")?,
            subject: first.try_get("subject")?,
            commitment: first.try_get("commitment")?,
        };
        // a first entry that was removed is for the proof to find
        Ok(link.seq != 1 || key.hash(&key.root(self.meta.roster), &link) == hash_of(first.try_get("hash")?)?)
    }

    async fn adopt(&self, key: &LogKey, now: Instant) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        if newest(&mut transaction).await?.is_some() {
            return Ok(()); // another process was first
        }
        let mut records = Vec::new();
        for witness in &WITNESSES {
            records.extend(witnessed(&mut transaction, key, witness).await?);
        }
        if records.is_empty() {
            return Ok(());
        }
        let id = roster(&mut transaction).await?;
        let first = Record::new("adopted", format!("roster {id}"), serde_json::json!({ "entries": records.len() }));
        for record in std::iter::once(&first).chain(&records) {
            append(&mut transaction, key, record, now).await?;
        }
        transaction.commit().await?;
        self.write_head().await
    }
}

/// Appends an entry for each commit of a roster into which a whole past was just written.
pub(in crate::store) async fn append_commits(
    connection: &mut SqliteConnection,
    key: &LogKey,
    now: Instant,
) -> Result<(), StoreError> {
    for witness in WITNESSES.iter().filter(|(kind, _)| *kind == COMMIT) {
        for record in witnessed(connection, key, witness).await? {
            append(connection, key, &record, now).await?;
        }
    }
    Ok(())
}

/// The entries that the rows of one kind should have.
async fn witnessed(
    connection: &mut SqliteConnection,
    key: &LogKey,
    (kind, query): &(&'static str, &'static str),
) -> Result<Vec<Record>, StoreError> {
    let mut digests = if *kind == COMMIT { facts::of_rows(connection, key).await? } else { Default::default() };
    let mut records = Vec::new();
    for row in sqlx::query(*query).fetch_all(&mut *connection).await? {
        let mut record = Record::new(kind, row.try_get(0)?, serde_json::from_str(row.try_get(1)?)?);
        if *kind == COMMIT {
            let seq = record.row["seq"].as_i64().unwrap_or_default();
            record.facts = Some(digests.remove(&seq).unwrap_or_default());
        }
        records.push(record);
    }
    Ok(records)
}
