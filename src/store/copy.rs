//! Copies of a roster: how one is made, and how it is known for one when it is opened in the original's place.
//!
//! Between the copy and its restoring, targets went on: applying at once would undo what nobody remembers. So nothing
//! is applied to a target until somebody approved a plan that the restored roster came to.

use std::path::Path;

use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use super::log::{Record, append};
use super::{Store, StoreError, durable, file, options};
use crate::org::Instant;
use crate::reconcile::Digest;

/// What is known of a roster that is a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// What was approved until then does not count.
    pub taken: Instant,
}

/// What a copy says of itself: which roster it was copied from, and when.
pub(super) type Mark = (String, Instant);

/// Writes a copy of a roster to a file that is not there yet: consistent, whole, and marked when it should be. Others
/// write meanwhile.
pub(super) async fn copy(from: &Path, to: &Path, mark: Option<Mark>) -> Result<(), StoreError> {
    let failed = |source| StoreError::File { path: to.to_owned(), source };
    if to.try_exists().map_err(failed)? {
        return Err(StoreError::Exists(to.to_owned()));
    }
    let partial = durable::beside(to, ".partial");
    file::create(&partial)?;
    let made = write(from, &partial, mark).await;
    // asked once more: making it took a while
    let made = match (made, to.try_exists().map_err(failed)?) {
        (Ok(()), true) => Err(StoreError::Exists(to.to_owned())),
        (Ok(()), false) => std::fs::File::open(&partial)
            .and_then(|copy| copy.sync_all())
            .and_then(|()| durable::name(&partial, to))
            .map_err(failed),
        (refused, _) => refused,
    };
    if made.is_err() {
        let _what_is_left = std::fs::remove_file(&partial);
    }
    made
}

async fn write(from: &Path, to: &Path, mark: Option<Mark>) -> Result<(), StoreError> {
    let name = to.to_str().ok_or_else(|| StoreError::NotText(to.to_owned()))?;
    // a connection of its own: it reads only, and must not keep the writer waiting
    let mut source = options(from).connect().await?;
    // pages start as zeros, not as whatever this process has had in its memory
    sqlx::query("PRAGMA secure_delete = ON").execute(&mut source).await?;
    sqlx::query("VACUUM INTO ?").bind(name).execute(&mut source).await?;
    sqlx::Connection::close(source).await?;
    let mut copy = SqliteConnectOptions::new().filename(to).connect().await?;
    if let Some((roster, taken)) = mark {
        sqlx::query("INSERT OR REPLACE INTO copy (one, roster, taken) VALUES (1, ?, ?)")
            .bind(roster)
            .bind(taken.micros())
            .execute(&mut copy)
            .await?;
        sqlx::query("DELETE FROM copy_release").execute(&mut copy).await?;
    }
    let found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut copy).await?;
    sqlx::Connection::close(copy).await?;
    if found == ["ok"] { Ok(()) } else { Err(StoreError::Damaged(found.join("; "))) }
}

impl Store {
    /// Writes a marked copy to a file that is not there yet.
    pub async fn backup(&self, to: &Path, now: Instant) -> Result<(), StoreError> {
        copy(&self.path, to, Some((self.meta.roster.to_string(), now))).await
    }

    /// Whether the roster is a copy, and the target was not released since.
    pub async fn held_as_copy(&self, target: &str) -> Result<Option<Copied>, StoreError> {
        let taken: Option<i64> =
            sqlx::query_scalar("SELECT taken FROM copy WHERE NOT EXISTS (SELECT 1 FROM copy_release WHERE target = ?)")
                .bind(target)
                .fetch_optional(self.reader())
                .await?;
        Ok(taken.map(|taken| Copied { taken: Instant::from_micros(taken) }))
    }

    /// Lets a target be written to again, since somebody approved this plan.
    pub async fn release_copy(&self, target: &str, digest: &Digest, now: Instant) -> Result<(), StoreError> {
        let key = self.log.key()?;
        let mut transaction = self.begin().await?;
        sqlx::query("INSERT OR REPLACE INTO copy_release (target, digest, at) VALUES (?, ?, ?)")
            .bind(target)
            .bind(digest.as_str())
            .bind(now.micros())
            .execute(&mut *transaction)
            .await?;
        let row = serde_json::json!({ "target": target, "digest": digest.as_str() });
        append(&mut transaction, key, &Record::new("released", format!("target {target}"), row), now).await?;
        transaction.commit().await?;
        self.write_head().await
    }

    /// Marks the roster as a copy when it is older than the head file beside it. What is marked stays so, and every
    /// target is held anew.
    pub(super) async fn note_copy(&self) -> Result<(), StoreError> {
        let Some(newest) = self.older_than_head().await? else { return Ok(()) };
        let mut transaction = self.begin().await?;
        let marked: Option<i64> =
            sqlx::query_scalar("SELECT taken FROM copy").fetch_optional(&mut *transaction).await?;
        if marked.is_none() {
            sqlx::query("INSERT INTO copy (one, roster, taken) VALUES (1, ?, ?)")
                .bind(self.meta.roster.to_string())
                .bind(newest.micros())
                .execute(&mut *transaction)
                .await?;
        } else if marked < Some(newest.micros()) {
            sqlx::query("UPDATE copy SET taken = ?").bind(newest.micros()).execute(&mut *transaction).await?;
            sqlx::query("DELETE FROM copy_release").execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }
}
