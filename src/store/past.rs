//! A whole past, written into an empty roster: its commits with their own instants, and every row that ever was.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::commit::{CommitMeta, ROWS_AT_ONCE, index_national_ids};
use super::error::StoreError;
use crate::org::{Instant, Past};

/// Writes the past and returns its last commit. The import makes no commit of its own: the roster becomes the one
/// that was exported, and who imported it is in the record of the import.
pub(super) async fn write_past(
    connection: &mut SqliteConnection,
    past: &Past,
    meta: &CommitMeta,
) -> Result<i64, StoreError> {
    // An export of a single import speaks of the instant that its file spoke of; of several, of the last commit.
    let taken = if past.commits.len() == 1 { meta.taken } else { None };
    for (commits, first) in past.commits.chunks(ROWS_AT_ONCE).zip((0_usize..).step_by(ROWS_AT_ONCE)) {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO commit_log (seq, known, actor, source, note, taken) ");
        query.push_values(commits.iter().zip(first..), |mut values, (commit, at)| {
            values
                .push_bind(seq(at))
                .push_bind(commit.known.micros())
                .push_bind(&commit.actor)
                .push_bind(&commit.source)
                .push_bind(&commit.note)
                .push_bind(taken.map(Instant::micros));
        });
        query.build().execute(&mut *connection).await?;
    }
    for rows in past.rows.chunks(ROWS_AT_ONCE) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO fact (kind, id, valid_from, valid_to, body, source, known_from, known_to) ",
        );
        query.push_values(rows, |mut values, past_row| {
            let row = &past_row.row;
            values
                .push_bind(row.kind.name())
                .push_bind(row.id.as_str())
                .push_bind(row.interval.from.map(String::from))
                .push_bind(row.interval.to.map(String::from))
                .push_bind(&*row.body)
                .push_bind(past.commits.get(past_row.known_from).map(|commit| commit.source.as_str()))
                .push_bind(seq(past_row.known_from))
                .push_bind(past_row.known_to.map(seq));
        });
        query.build().execute(&mut *connection).await?;
    }
    index_national_ids(connection, past.rows.iter().map(|row| &row.row)).await?;
    Ok(past.commits.len() as i64)
}

/// The number of the commit at a place in the past; numbers start at 1.
fn seq(at: usize) -> i64 {
    at as i64 + 1
}
