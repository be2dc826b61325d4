//! Writing the record: one commit per transaction; rows are added and closed, never changed.

use serde_json::json;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::Store;
use super::accounts::put_accounts;
use super::batches::{BatchOutcome, BatchRecord, save_batch};
use super::error::StoreError;
use super::log::{Digester, LogKey, Record, append, append_commits};
use super::past::write_past;
use super::read::commit_at;
use crate::org::{Account, Fact, FactKind, Id, Instant, IntakePlan, Interval, NewRow};

/// SQLite binds at most 32,766 values to one statement.
pub(super) const ROWS_AT_ONCE: usize = 2_000;
const CLOSED_AT_ONCE: usize = 10_000;

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
        let seq = match &plan.past {
            _ if plan.is_empty() => None,
            Some(past) => {
                let seq = write_past(&mut transaction, past, meta).await?;
                append_commits(&mut transaction, key, meta.now).await?;
                Some(seq)
            }
            None => Some(commit(&mut transaction, key, meta, &plan.source, &plan.close, &plan.add).await?),
        };
        if let Some(record) = record {
            let outcome = if seq.is_some() { BatchOutcome::Committed } else { BatchOutcome::Unchanged };
            save_batch(&mut transaction, &BatchRecord { outcome, seq, ..record }).await?;
        }
        transaction.commit().await?;
        self.write_head().await?;
        Ok(seq)
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

/// Makes a commit that closes and adds rows, with its entry in the log.
pub(super) async fn commit(
    connection: &mut SqliteConnection,
    key: &LogKey,
    meta: &CommitMeta,
    source: &str,
    close: &[i64],
    add: &[NewRow],
) -> Result<i64, StoreError> {
    let (seq, known) = new_commit(connection, meta).await?;
    let first = next_row(connection).await?;
    write_rows(connection, seq, source, close, add).await?;
    let row = json!({
        "seq": seq, "known": known, "actor": meta.actor, "source": meta.source, "batch": meta.batch,
        "note": meta.note, "taken": meta.taken.map(Instant::micros),
    });
    let mut digester = Digester::new(key, seq);
    for (row, number) in add.iter().zip(first..) {
        let (from, to) = (row.interval.from.map(String::from), row.interval.to.map(String::from));
        let (kind, id) = (Some(row.kind.name()), Some(row.id.as_str()));
        digester.add(number, [kind, id, from.as_deref(), to.as_deref(), Some(&row.body), Some(source)]);
    }
    let mut closed = close.to_vec();
    closed.sort_unstable();
    closed.dedup();
    closed.into_iter().for_each(|row| digester.close(row));
    let record = Record { facts: Some(digester.finish()), ..Record::new("commit", format!("commit {seq}"), row) };
    append(connection, key, &record, meta.now).await?;
    Ok(seq)
}

/// The number that the next row gets: SQLite counts on from the greatest (<https://www.sqlite.org/autoinc.html>).
async fn next_row(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(row), 0) + 1 FROM fact").fetch_one(connection).await?)
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

/// Closes and adds rows as of the commit `seq`.
async fn write_rows(
    connection: &mut SqliteConnection,
    seq: i64,
    source: &str,
    close: &[i64],
    add: &[NewRow],
) -> Result<(), StoreError> {
    for chunk in close.chunks(CLOSED_AT_ONCE) {
        let mut query = QueryBuilder::<Sqlite>::new("UPDATE fact SET known_to = ");
        query.push_bind(seq).push(" WHERE known_to IS NULL AND row IN (");
        let mut rows = query.separated(", ");
        for row in chunk {
            rows.push_bind(*row);
        }
        query.push(")");
        query.build().execute(&mut *connection).await?;
    }
    for chunk in add.chunks(ROWS_AT_ONCE) {
        let mut query =
            QueryBuilder::<Sqlite>::new("INSERT INTO fact (kind, id, valid_from, valid_to, body, source, known_from) ");
        query.push_values(chunk, |mut values, row| {
            values
                .push_bind(row.kind.name())
                .push_bind(row.id.as_str())
                .push_bind(row.interval.from.map(String::from))
                .push_bind(row.interval.to.map(String::from))
                .push_bind(&*row.body)
                .push_bind(source)
                .push_bind(seq);
        });
        query.build().execute(&mut *connection).await?;
    }
    index_national_ids(connection, add.iter()).await
}

/// Remembers who has or had which national id.
pub(super) async fn index_national_ids(
    connection: &mut SqliteConnection,
    add: impl Iterator<Item = &NewRow>,
) -> Result<(), StoreError> {
    let mut found: Vec<(String, &Id)> = Vec::new();
    for row in add.filter(|row| row.kind == FactKind::Person) {
        if let Fact::Person(person) = Fact::from_body(row.kind, &row.body)? {
            found.extend(person.national_id.map(|sealed| (sealed.index().to_owned(), &row.id)));
        }
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
