//! The rows of an erased person, deleted or written anew in both tables of versions, and what of each commit is gone.

use sqlx::{Row, SqliteConnection};

use crate::org::{ErasurePlan, FactKind, erase};
use crate::store::error::StoreError;
use crate::store::log::{LogKey, Taken};
use crate::store::row;
use crate::store::rows::Table;

/// Does what is planned for the record, and the same for what each source claims.
pub(super) async fn erase(
    connection: &mut SqliteConnection,
    key: &LogKey,
    plan: &ErasurePlan,
    taken: &mut Taken,
) -> Result<(), StoreError> {
    for number in &plan.delete {
        put(connection, key, (Table::Fact, *number), None, taken).await?;
    }
    for (number, fact) in &plan.rewrite {
        put(connection, key, (Table::Fact, *number), Some(&fact.body()?), taken).await?;
    }
    let claims = sqlx::query("SELECT row, kind, id, body FROM claim").fetch_all(&mut *connection).await?;
    for found in claims {
        let (number, kind, body): (i64, FactKind, &str) =
            (found.try_get("row")?, row::kind(&found)?, found.try_get("body")?);
        let claim = (Table::Claim, number);
        match erase::claim_without(kind, &row::id(&found)?, body, &plan.things)? {
            Some(same) if same == body => {}
            Some(rewritten) => put(connection, key, claim, Some(&rewritten), taken).await?,
            None => put(connection, key, claim, None, taken).await?,
        }
    }
    Ok(())
}

/// Writes a row anew, or deletes it.
async fn put(
    connection: &mut SqliteConnection,
    key: &LogKey,
    (table, number): (Table, i64),
    body: Option<&str>,
    taken: &mut Taken,
) -> Result<(), StoreError> {
    let name = table.name();
    let select =
        format!("SELECT kind, id, valid_from, valid_to, body, source, known_from, known_to FROM {name} WHERE row = ?");
    let found = sqlx::query(sqlx::AssertSqlSafe(select)).bind(number).fetch_one(&mut *connection).await?;
    let (from, to): (i64, Option<i64>) = (found.try_get("known_from")?, found.try_get("known_to")?);
    let column = |name| found.try_get::<Option<&str>, _>(name);
    let (kind, id, source) = (column("kind")?, column("id")?, column("source")?);
    let (valid_from, valid_to) = (column("valid_from")?, column("valid_to")?);
    let columns = |body| [kind, id, valid_from, valid_to, body, source];
    let was = columns(column("body")?);
    if let Some(body) = body {
        taken.rewrite(key, table.logged(number), from, [was, columns(Some(body))]);
        let update = format!("UPDATE {name} SET body = ? WHERE row = ?");
        sqlx::query(sqlx::AssertSqlSafe(update)).bind(body).bind(number).execute(&mut *connection).await?;
    } else {
        taken.delete(key, table.logged(number), (from, to), was);
        let delete = format!("DELETE FROM {name} WHERE row = ?");
        sqlx::query(sqlx::AssertSqlSafe(delete)).bind(number).execute(&mut *connection).await?;
    }
    Ok(())
}
