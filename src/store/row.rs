//! Rows of the table `fact` as versions, and back.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::error::StoreError;
use crate::org::{Day, Fact, FactKind, Id, Interval, Version};

/// The version in the columns `kind`, `id`, `valid_from`, `valid_to` and `body`.
pub(super) fn version(row: &SqliteRow) -> Result<Version, StoreError> {
    let fact = Fact::from_body(kind(row)?, row.try_get("body")?)?;
    Ok(Version { id: id(row)?, interval: interval(row)?, fact })
}

pub(super) fn kind(row: &SqliteRow) -> Result<FactKind, StoreError> {
    Ok(row.try_get::<&str, _>("kind")?.parse()?)
}

pub(super) fn id(row: &SqliteRow) -> Result<Id, StoreError> {
    Ok(Id::from(row.try_get::<&str, _>("id")?))
}

pub(super) fn interval(row: &SqliteRow) -> Result<Interval, StoreError> {
    Ok(Interval { from: day(row, "valid_from")?, to: day(row, "valid_to")? })
}

fn day(row: &SqliteRow, column: &str) -> Result<Option<Day>, StoreError> {
    Ok(row.try_get::<Option<&str>, _>(column)?.map(str::parse).transpose()?)
}
