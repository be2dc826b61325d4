//! Bytes that no row refers to any more: made to go from the file, too.
//!
//! What is deleted stays in free pages, in the slack of pages that are in use and in the write-ahead log, until it is
//! written over. So the file is written anew from its live rows, with pages that start as zeros, and the write-ahead
//! log is carried over and cut to nothing. Doing it again does no harm, and finishes what was cut off.

use crate::store::Store;
use crate::store::error::StoreError;

impl Store {
    /// Writes the file anew, without what was deleted. False when somebody read from the write-ahead log all the time,
    /// so that it could not be cut: then it has to be done again.
    pub async fn scrub(&self) -> Result<bool, StoreError> {
        let mut connection = self.writer()?.acquire().await?;
        sqlx::query("PRAGMA secure_delete = ON").execute(&mut *connection).await?;
        // https://www.sqlite.org/lang_vacuum.html: traces of deleted content go; the setting above is that of its copy
        sqlx::query("VACUUM").execute(&mut *connection).await?;
        let (busy, ..): (i64, i64, i64) =
            sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await?;
        sqlx::query("PRAGMA secure_delete = OFF").execute(&mut *connection).await?;
        Ok(busy == 0)
    }
}
