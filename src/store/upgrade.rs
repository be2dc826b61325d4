//! Bringing the tables of a roster up to date: a copy beside it first, then all migrations or none.
//!
//! The copy is the roster as it was, to be put back together with the program that wrote it. It bears no mark of a copy:
//! who puts it back is found out by the head file, as with any other copy.

use std::path::{Path, PathBuf};

use sqlx::migrate::MigrateError;
use sqlx::sqlite::SqlitePool;
use sqlx::{Row, SqliteConnection};

use super::{MIGRATIONS, StoreError, copy};

/// Copies of one version that are looked for before it is given up.
const MOST_COPIES: u32 = 1_000;

/// Applies what is pending, in one transaction.
pub(super) async fn upgrade(path: &Path, writer: &SqlitePool) -> Result<(), StoreError> {
    if pending(&mut *writer.acquire().await?, path).await?.is_none() {
        return Ok(());
    }
    // from here on nobody else writes: what is copied is what is changed
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let Some(first) = pending(&mut transaction, path).await? else { return Ok(()) };
    let to = copied(path, first).await?;
    tracing::info!(copy = %to.display(), "the tables are brought up to date; the roster was copied before");
    match MIGRATIONS.run_direct(None, &mut *transaction, false).await {
        Ok(()) => Ok(transaction.commit().await?),
        Err(MigrateError::VersionMissing(_)) => Err(StoreError::Newer(path.to_owned())),
        Err(error) => Err(StoreError::Migrate(error)),
    }
}

/// The first migration that the roster lacks.
async fn pending(connection: &mut SqliteConnection, path: &Path) -> Result<Option<i64>, StoreError> {
    let rows = sqlx::query("SELECT version FROM _sqlx_migrations").fetch_all(connection).await?;
    let there = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
    let known: Vec<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    if there.iter().any(|version| !known.contains(version)) {
        return Err(StoreError::Newer(path.to_owned()));
    }
    Ok(known.into_iter().filter(|version| !there.contains(version)).min())
}

/// Copies the roster to the next free name beside it, such as `roster.db.before-0005`.
async fn copied(path: &Path, first: i64) -> Result<PathBuf, StoreError> {
    for number in 1..MOST_COPIES {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".before-{first:04}"));
        if number > 1 {
            name.push(format!("-{number}"));
        }
        let to = path.with_file_name(name);
        match copy::copy(path, &to, None).await {
            Err(StoreError::Exists(taken)) if taken == to => {}
            Err(error) => return Err(error),
            Ok(()) => return Ok(to),
        }
    }
    Err(StoreError::Exists(path.with_extension("before")))
}
