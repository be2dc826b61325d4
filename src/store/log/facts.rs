//! The digest of a commit's rows: those that it added, in the order in which they were added, and those that it
//! closed. Taken from memory when they are written, and from the table `fact` when they are verified.

use std::collections::BTreeMap;

use blake3::Hasher;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use sqlx::{Row, SqliteConnection};

use super::chain::{LogKey, field};
use crate::store::error::StoreError;

/// What a commit's entry says of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct FactDigest {
    pub added: u64,
    pub closed: u64,
    /// Keyed blake3, in hexadecimal.
    pub rows: String,
}

/// Takes the rows of one commit.
#[derive(Debug)]
pub(in crate::store) struct Digester {
    adding: Hasher,
    closing: Hasher,
    added: u64,
    closed: u64,
}

impl Digester {
    pub(in crate::store) fn new(key: &LogKey) -> Self {
        Self { adding: key.facts(), closing: key.facts(), added: 0, closed: 0 }
    }

    /// A row with its columns `kind`, `id`, `valid_from`, `valid_to`, `body` and `source`.
    pub(in crate::store) fn add(&mut self, columns: [Option<&str>; 6]) {
        self.added += 1;
        for column in columns {
            self.adding.update(&[u8::from(column.is_some())]);
            field(&mut self.adding, column.unwrap_or_default().as_bytes());
        }
    }

    /// The number of a closed row; in ascending order.
    pub(in crate::store) fn close(&mut self, row: i64) {
        self.closed += 1;
        self.closing.update(&row.to_le_bytes());
    }

    pub(in crate::store) fn finish(mut self) -> FactDigest {
        self.adding.update(self.closing.finalize().as_bytes());
        FactDigest { added: self.added, closed: self.closed, rows: self.adding.finalize().to_hex().to_string() }
    }
}

/// The digests of all commits that have rows, as the rows are now.
pub(super) async fn of_rows(
    connection: &mut SqliteConnection,
    key: &LogKey,
) -> Result<BTreeMap<i64, FactDigest>, StoreError> {
    let mut commits: BTreeMap<i64, Digester> = BTreeMap::new();
    let mut rows = sqlx::query(
        "SELECT row, kind, id, valid_from, valid_to, body, source, known_from, known_to FROM fact ORDER BY row",
    )
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let commit = commits.entry(row.try_get("known_from")?).or_insert_with(|| Digester::new(key));
        commit.add([
            row.try_get("kind")?,
            row.try_get("id")?,
            row.try_get("valid_from")?,
            row.try_get("valid_to")?,
            row.try_get("body")?,
            row.try_get("source")?,
        ]);
        if let Some(closing) = row.try_get::<Option<i64>, _>("known_to")? {
            commits.entry(closing).or_insert_with(|| Digester::new(key)).close(row.try_get("row")?);
        }
    }
    Ok(commits.into_iter().map(|(seq, digester)| (seq, digester.finish())).collect())
}
