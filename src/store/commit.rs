//! Writing the record: one commit per transaction; rows are added and closed, never changed.

use serde_json::json;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::accounts::put_accounts;
use super::batches::{BatchOutcome, BatchRecord, save_batch};
use super::error::StoreError;
use super::log::{Digester, LogKey, Record, append, append_commits};
use super::past::write_past;
use super::read::commit_at;
use super::rows::Table;
use super::{LARGE_CACHE, Store};
use crate::org::{Account, FactKind, Id, Instant, IntakePlan, Interval, NewRow, Runs, Sealed};

/// SQLite binds at most 32,766 values to one statement.
pub(super) const ROWS_AT_ONCE: usize = 2_000;
/// A commit of more rows leaves a log behind that is worth emptying.
const LARGE: usize = 20_000;

/// Who writes, from where and why.
#[derive(Debug, Clone)]
pub struct CommitMeta {
    pub actor: String,
    pub source: String,
    /// The digest of the file.
    pub batch: Option<String>,
    pub note: Option<String>,
    /// The instant that the file speaks of.
    pub taken: Option<Instant>,
    pub now: Instant,
}

impl Store {
    /// Commits a planned import, all of it or nothing, together with its record. `None` when there is nothing to
    /// change. Refused as [`Stale`](StoreError::Stale) when the roster moved on since the plan was made,
    /// as [`Dangling`](StoreError::Dangling) when lines name what the file corrects away.
    ///
    /// The record's outcome and commit are set here.
    pub async fn commit_intake(
        &self,
        plan: &IntakePlan,
        meta: &CommitMeta,
        record: Option<BatchRecord>,
    ) -> Result<Option<i64>, StoreError> {
        if let Some(problem) = plan.dangling.first() {
            return Err(StoreError::Dangling(problem.clone()));
        }
        let key = self.log.key()?;
        let mut transaction = self.begin().await?;
        if commit_at(&mut transaction, None).await?.seq != plan.basis {
            return Err(StoreError::Stale);
        }
        let is_large = plan.past.is_some() || plan.changes() > LARGE;
        if is_large {
            sqlx::query(LARGE_CACHE).execute(&mut *transaction).await?;
        }
        let seq = match &plan.past {
            _ if plan.is_empty() => None,
            Some(past) => {
                let seq = write_past(&mut transaction, past, meta).await?;
                append_commits(&mut transaction, key, meta.now).await?;
                Some(seq)
            }
            None => Some(commit(&mut transaction, key, meta, &Changes::planned(plan)).await?),
        };
        move_things(&mut transaction, &plan.moved).await?;
        if let Some(record) = record {
            let outcome = if seq.is_some() { BatchOutcome::Committed } else { BatchOutcome::Unchanged };
            save_batch(&mut transaction, &BatchRecord { outcome, seq, ..record }).await?;
        }
        transaction.commit().await?;
        self.write_head().await?;
        if is_large {
            self.empty_write_ahead_log().await;
        }
        Ok(seq)
    }

    /// Takes the write-ahead log back into the file: after a large commit it is as large as the file itself, and would
    /// stay so. Where a reader is in the way, it stays until the next time.
    async fn empty_write_ahead_log(&self) {
        if let Ok(writer) = self.writer() {
            _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(writer).await;
        }
    }

    /// States accounts of rosterd's own in a transaction by itself: see [`put_accounts`].
    pub async fn put_accounts(
        &self,
        meta: &CommitMeta,
        accounts: &[(Id, Interval, Account)],
    ) -> Result<Option<i64>, StoreError> {
        let key = self.log.key()?;
        let mut transaction = self.begin().await?;
        let seq = put_accounts(&mut transaction, key, meta, accounts).await?;
        transaction.commit().await?;
        self.write_head().await?;
        Ok(seq)
    }
}

/// The rows that a commit closes and adds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Changes<'a> {
    pub(super) close: &'a [i64],
    pub(super) add: &'a Runs<NewRow>,
    pub(super) close_claims: &'a [i64],
    pub(super) add_claims: &'a Runs<NewRow>,
}

impl<'a> Changes<'a> {
    /// Of the record alone: nothing that several sources state.
    pub(super) fn of(close: &'a [i64], add: &'a Runs<NewRow>) -> Self {
        static NONE: Runs<NewRow> = Runs::EMPTY;
        Self { close, add, close_claims: &[], add_claims: &NONE }
    }

    fn planned(plan: &'a IntakePlan) -> Self {
        let IntakePlan { close, add, close_claims, add_claims, .. } = plan;
        Self { close, add, close_claims, add_claims }
    }
}

/// Makes a commit that closes and adds rows, with its entry in the log.
pub(super) async fn commit(
    connection: &mut SqliteConnection,
    key: &LogKey,
    meta: &CommitMeta,
    changes: &Changes<'_>,
) -> Result<i64, StoreError> {
    let (seq, known) = new_commit(connection, meta).await?;
    let row = json!({
        "seq": seq, "known": known, "actor": meta.actor, "source": meta.source, "batch": meta.batch,
        "note": meta.note, "taken": meta.taken.map(Instant::micros),
    });
    let mut digester = Digester::new(key, seq);
    for (table, close, add) in
        [(Table::Fact, changes.close, changes.add), (Table::Claim, changes.close_claims, changes.add_claims)]
    {
        table.close(connection, seq, close, &mut digester).await?;
        table.add(connection, seq, add, &mut digester).await?;
    }
    let record = Record { facts: Some(digester.finish()), ..Record::new("commit", format!("commit {seq}"), row) };
    append(connection, key, &record, meta.now).await?;
    Ok(seq)
}

/// Begins a commit: its instant is now, or just after the last one where the clock stood still or went back.
async fn new_commit(connection: &mut SqliteConnection, meta: &CommitMeta) -> Result<(i64, i64), StoreError> {
    let last = commit_at(connection, None).await?;
    let known = meta.now.micros().max(last.known + 1);
    sqlx::query(
        "INSERT INTO commit_log (seq, known, actor, source, batch, note, taken) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(last.seq + 1)
    .bind(known)
    .bind(&meta.actor)
    .bind(&meta.source)
    .bind(&meta.batch)
    .bind(&meta.note)
    .bind(meta.taken.map(Instant::micros))
    .execute(connection)
    .await?;
    Ok((last.seq + 1, known))
}

/// What goes on under another id: what targets hold or held of a thing, what access it gave, and the names that it was
/// given. Of two that become one the second's own names stay the latest.
const MOVES: [&str; 7] = [
    "UPDATE OR IGNORE link SET key = ?2 WHERE key = ?1",
    "UPDATE OR IGNORE deleted_object SET key = ?2 WHERE key = ?1",
    "UPDATE access_turn SET key = ?2 WHERE key = ?1",
    "UPDATE given_name SET seq = -abs(seq) WHERE person = ?1 AND EXISTS (
         SELECT 1 FROM given_name AS own
         WHERE own.person = ?2 AND own.account = given_name.account AND own.what = given_name.what)",
    "UPDATE OR IGNORE given_name SET person = ?2 WHERE person = ?1",
    "DELETE FROM given_name WHERE person = ?1 AND person <> ?2",
    "UPDATE name_claim SET person = ?2 WHERE person = ?1",
];

/// Does so for each that has another id.
async fn move_things(connection: &mut SqliteConnection, moved: &[(Id, Id)]) -> Result<(), StoreError> {
    for (from, to) in moved {
        for query in MOVES {
            sqlx::query(query).bind(from.as_str()).bind(to.as_str()).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// Remembers who has or had which national id.
pub(super) async fn index_national_ids(
    connection: &mut SqliteConnection,
    add: impl Iterator<Item = &NewRow>,
) -> Result<(), StoreError> {
    let mut found: Vec<(String, &Id)> = Vec::new();
    for row in add.filter(|row| row.kind == FactKind::Person) {
        found.extend(Sealed::in_body(&row.body)?.map(|sealed| (sealed.index().to_owned(), &row.id)));
    }
    for chunk in found.chunks(ROWS_AT_ONCE) {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO national_id (hash, person) ");
        query.push_values(chunk, |mut values, (hash, person)| {
            values.push_bind(hash.as_str()).push_bind(person.as_str());
        });
        query.push(" ON CONFLICT DO NOTHING");
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}
