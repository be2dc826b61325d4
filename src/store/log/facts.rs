//! The digest of a commit's rows: those that it added, and those that it closed. Taken from memory when they are
//! written, and from the tables `fact` and `claim` when they are verified.
//!
//! Each row counts with a hash of its own over the commit, the row's number and its columns, and the digest is their
//! [`Sum`]: a row that was changed, removed, added or swapped with another gives another sum, and one that is erased can
//! be taken out of what the entry says.

use std::collections::BTreeMap;

use blake3::Hasher;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::chain::{LogKey, field};
use super::sum::Sum;
use crate::store::error::StoreError;
use crate::store::rows::Table;

/// What a commit's entry says of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(in crate::store) struct FactDigest {
    pub added: u64,
    pub closed: u64,
    pub rows: Sum,
}

/// The columns `kind`, `id`, `valid_from`, `valid_to`, `body` and `source` of a row.
pub(in crate::store) type Columns<'a> = [Option<&'a str>; 6];

/// Takes the rows of one commit.
#[derive(Debug)]
pub(in crate::store) struct Digester<'a> {
    key: &'a LogKey,
    commit: i64,
    digest: FactDigest,
}

impl<'a> Digester<'a> {
    pub(in crate::store) fn new(key: &'a LogKey, commit: i64) -> Self {
        Self { key, commit, digest: FactDigest::default() }
    }

    /// A row that the commit added, by its number.
    pub(in crate::store) fn add(&mut self, row: i64, columns: Columns<'_>) {
        self.digest.added += 1;
        self.digest.rows = self.digest.rows.plus(added(self.key, self.commit, row, columns));
    }

    /// The number of a row that the commit closed.
    pub(in crate::store) fn close(&mut self, row: i64) {
        self.digest.closed += 1;
        self.digest.rows = self.digest.rows.plus(closed(self.key, self.commit, row));
    }

    pub(in crate::store) fn finish(self) -> FactDigest {
        self.digest
    }
}

/// What a row counts for in the commit that added it.
pub(super) fn added(key: &LogKey, commit: i64, row: i64, columns: Columns<'_>) -> Sum {
    let mut hasher = started(key, b'+', commit, row);
    for column in columns {
        hasher.update(&[u8::from(column.is_some())]);
        field(&mut hasher, column.unwrap_or_default().as_bytes());
    }
    Sum::of(&hasher.finalize())
}

/// What a row counts for in the commit that closed it. Its columns are bound to its number where it was added.
pub(super) fn closed(key: &LogKey, commit: i64, row: i64) -> Sum {
    Sum::of(&started(key, b'-', commit, row).finalize())
}

fn started(key: &LogKey, what: u8, commit: i64, row: i64) -> Hasher {
    let mut hasher = key.facts();
    hasher.update(&[what]).update(&commit.to_le_bytes()).update(&row.to_le_bytes());
    hasher
}

/// The digests of all commits that have rows, as the rows are now.
pub(super) async fn of_rows(
    connection: &mut SqliteConnection,
    key: &LogKey,
) -> Result<BTreeMap<i64, FactDigest>, StoreError> {
    let mut commits: BTreeMap<i64, FactDigest> = BTreeMap::new();
    for table in Table::ALL {
        let query = format!(
            "SELECT row, kind, id, valid_from, valid_to, body, source, known_from, known_to FROM {}",
            table.name()
        );
        let mut rows = sqlx::query(sqlx::AssertSqlSafe(query)).fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            let (number, commit) = (table.logged(row.try_get("row")?), row.try_get("known_from")?);
            let digest = commits.entry(commit).or_default();
            digest.added += 1;
            digest.rows = digest.rows.plus(added(key, commit, number, columns(&row)?));
            if let Some(closing) = row.try_get::<Option<i64>, _>("known_to")? {
                let digest = commits.entry(closing).or_default();
                digest.closed += 1;
                digest.rows = digest.rows.plus(closed(key, closing, number));
            }
        }
    }
    Ok(commits)
}

fn columns(row: &SqliteRow) -> Result<Columns<'_>, StoreError> {
    Ok([
        row.try_get("kind")?,
        row.try_get("id")?,
        row.try_get("valid_from")?,
        row.try_get("valid_to")?,
        row.try_get("body")?,
        row.try_get("source")?,
    ])
}
