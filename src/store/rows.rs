//! Closing and adding rows, of the record itself and of what each source claims: the two tables are alike.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::commit::{ROWS_AT_ONCE, index_national_ids};
use super::error::StoreError;
use super::log::{Columns, Digester};
use crate::org::{NewRow, Runs};

const CLOSED_AT_ONCE: usize = 10_000;

/// A table of versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// What the roster holds.
    Fact,
    /// What each source says of the things that several state.
    Claim,
}

impl Table {
    pub(super) const ALL: [Self; 2] = [Self::Fact, Self::Claim];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fact => "fact",
            Self::Claim => "claim",
        }
    }

    /// A row's number in the log, where the rows of both tables stand: those of claims count down from zero.
    pub(super) fn logged(self, row: i64) -> i64 {
        match self {
            Self::Fact => row,
            Self::Claim => -row,
        }
    }

    /// Closes rows as of the commit `seq`.
    pub(super) async fn close(
        self,
        connection: &mut SqliteConnection,
        seq: i64,
        close: &[i64],
        digester: &mut Digester<'_>,
    ) -> Result<(), StoreError> {
        for chunk in close.chunks(CLOSED_AT_ONCE) {
            let mut query = QueryBuilder::<Sqlite>::new(format!("UPDATE {} SET known_to = ", self.name()));
            query.push_bind(seq).push(" WHERE known_to IS NULL AND row IN (");
            let mut rows = query.separated(", ");
            for row in chunk {
                rows.push_bind(*row);
            }
            query.push(")");
            query.build().execute(&mut *connection).await?;
        }
        let mut closed = close.to_vec();
        closed.sort_unstable();
        closed.dedup();
        closed.into_iter().for_each(|row| digester.close(self.logged(row)));
        Ok(())
    }

    /// Adds rows as of the commit `seq`, a chunk at a time.
    pub(super) async fn add(
        self,
        connection: &mut SqliteConnection,
        seq: i64,
        add: &Runs<NewRow>,
        digester: &mut Digester<'_>,
    ) -> Result<(), StoreError> {
        let insert =
            format!("INSERT INTO {} (row, kind, id, valid_from, valid_to, body, source, known_from) ", self.name());
        let mut rows = add.iter()?;
        let mut number = self.next_row(connection).await?;
        loop {
            let chunk: Vec<NewRow> = rows.by_ref().take(ROWS_AT_ONCE).collect::<Result<_, _>>()?;
            if chunk.is_empty() {
                return Ok(());
            }
            let mut query = QueryBuilder::<Sqlite>::new(&insert);
            query.push_values(&chunk, |mut values, row| {
                let (from, to) = (row.interval.from.map(String::from), row.interval.to.map(String::from));
                let (kind, id) = (Some(row.kind.name()), Some(row.id.as_str()));
                let columns: Columns<'_> =
                    [kind, id, from.as_deref(), to.as_deref(), Some(&row.body), Some(&row.source)];
                digester.add(self.logged(number), columns);
                values
                    .push_bind(number)
                    .push_bind(row.kind.name())
                    .push_bind(row.id.as_str())
                    .push_bind(from)
                    .push_bind(to)
                    .push_bind(&*row.body)
                    .push_bind(&*row.source)
                    .push_bind(seq);
                number += 1;
            });
            query.build().execute(&mut *connection).await?;
            index_national_ids(connection, chunk.iter()).await?;
        }
    }

    /// Rows are numbered on from the greatest, so that the log can name them before they are written.
    async fn next_row(self, connection: &mut SqliteConnection) -> Result<i64, StoreError> {
        let query = format!("SELECT coalesce(max(row), 0) + 1 FROM {}", self.name());
        Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(connection).await?)
    }
}
