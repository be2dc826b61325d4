//! The account facts that rosterd itself makes, written in the transaction of an apply.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::commit::{Changes, CommitMeta, ROWS_AT_ONCE, commit};
use super::error::StoreError;
use super::log::LogKey;
use super::row;
use crate::org::history::{Span, Timeline, difference};
use crate::org::{Account, Fact, FactKind, Id, Interval, NewRow};

/// The source of the facts that rosterd states itself. No import of another source ends them.
pub const OWN_SOURCE: &str = "rosterd";

/// The rows in force of one account, by number.
type Rows = Vec<(i64, Span<Arc<str>>)>;

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
    let known = in_force(connection, accounts.iter().map(|(id, _, _)| id)).await?;
    for (id, interval, account) in accounts {
        let rows = known.get(id).cloned().unwrap_or_default();
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

/// The rows in force of each account that has any, by number.
async fn in_force<'a>(
    connection: &mut SqliteConnection,
    ids: impl Iterator<Item = &'a Id>,
) -> Result<HashMap<Id, Rows>, StoreError> {
    let mut stored: HashMap<Id, Rows> = HashMap::new();
    let ids: Vec<&Id> = ids.collect();
    for some in ids.chunks(ROWS_AT_ONCE) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT row, id, valid_from, valid_to, body, source FROM fact
             WHERE kind = 'account' AND known_to IS NULL AND id IN (",
        );
        let mut names = query.separated(", ");
        for id in some {
            names.push_bind(id.as_str());
        }
        query.push(")");
        for found in query.build().fetch_all(&mut *connection).await? {
            let (id, source) = (Id::new(found.try_get::<&str, _>("id")?), found.try_get::<&str, _>("source")?);
            if source != OWN_SOURCE {
                return Err(StoreError::NotOurs(id.to_string(), source.to_owned()));
            }
            let body = found.try_get::<&str, _>("body")?.into();
            let span = Span { interval: row::interval(&found)?, body };
            stored.entry(id).or_default().push((found.try_get("row")?, span));
        }
    }
    Ok(stored)
}
