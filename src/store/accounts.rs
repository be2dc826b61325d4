//! The account facts that rosterd itself makes, written in the transaction of an apply.

use std::sync::Arc;

use sqlx::{Row, SqliteConnection};

use super::commit::{Changes, CommitMeta, commit};
use super::error::StoreError;
use super::log::LogKey;
use super::row;
use crate::org::history::{Span, Timeline, difference};
use crate::org::{Account, Fact, FactKind, Id, Interval, NewRow};

/// The source of the facts that rosterd states itself. No import of another source ends them.
pub const OWN_SOURCE: &str = "rosterd";

/// States each account on the days of its interval, and leaves its other days alone. Makes one commit for all, or
/// none (`None`) when the roster says all this already. The commit's source is always [`OWN_SOURCE`].
pub(super) async fn put_accounts(
    connection: &mut SqliteConnection,
    key: &LogKey,
    meta: &CommitMeta,
    accounts: &[(Id, Interval, Account)],
) -> Result<Option<i64>, StoreError> {
    let mut close: Vec<i64> = Vec::new();
    let mut add: Vec<NewRow> = Vec::new();
    for (id, interval, account) in accounts {
        let rows = in_force(connection, id).await?;
        let stored = Timeline::new(rows.iter().map(|(_, span)| span.clone()).collect())
            .map_err(|error| StoreError::Damaged(error.to_string()))?;
        let body: Arc<str> = Fact::Account(account.clone()).body()?.into();
        let (gone, new) = difference(&rows, &stored.overlay(*interval, body));
        close.extend(gone);
        let new_row = |span: Span<Arc<str>>| NewRow {
            kind: FactKind::Account,
            id: id.clone(),
            interval: span.interval,
            source: OWN_SOURCE.into(),
            body: span.body,
        };
        add.extend(new.into_iter().map(new_row));
    }
    if close.is_empty() && add.is_empty() {
        return Ok(None);
    }
    let meta = CommitMeta { source: OWN_SOURCE.to_owned(), ..meta.clone() };
    Ok(Some(commit(connection, key, &meta, &Changes::of(&close, &add.into_iter().collect())).await?))
}

async fn in_force(connection: &mut SqliteConnection, id: &Id) -> Result<Vec<(i64, Span<Arc<str>>)>, StoreError> {
    let rows = sqlx::query(
        "SELECT row, valid_from, valid_to, body, source FROM fact
         WHERE kind = 'account' AND id = $1 AND known_to IS NULL",
    )
    .bind(id.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|found| {
            let source: &str = found.try_get("source")?;
            if source != OWN_SOURCE {
                return Err(StoreError::NotOurs(id.to_string(), source.to_owned()));
            }
            let body = found.try_get::<&str, _>("body")?.into();
            Ok((found.try_get("row")?, Span { interval: row::interval(found)?, body }))
        })
        .collect()
}
