//! The head: the newest entry, kept outside the database, so that what is cut off at the end of the log is missed.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use blake3::Hash;

use super::append::newest;
use super::chain::LogKey;
use crate::org::Instant;
use crate::store::error::StoreError;
use crate::store::{Store, durable};

/// An entry by its number and hash; written `12 9f86…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub seq: i64,
    pub hash: Hash,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a head is the number of an entry and its hash")]
pub struct NoHead;

impl Head {
    /// That of a log without entries. It is there before the first entry is, so that a head file which is missing was
    /// taken away, whatever happened between an entry and its head.
    fn begin(root: Hash) -> Self {
        Self { seq: 0, hash: root }
    }

    pub(super) fn is_begin(self) -> bool {
        self.seq == 0
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.seq, self.hash.to_hex())
    }
}

impl FromStr for Head {
    type Err = NoHead;

    fn from_str(text: &str) -> Result<Self, NoHead> {
        let (seq, hash) = text.trim().split_once(' ').ok_or(NoHead)?;
        Ok(Self { seq: seq.parse().map_err(|_| NoHead)?, hash: Hash::from_hex(hash).map_err(|_| NoHead)? })
    }
}

/// The head file of a roster: its name with `.head` after it.
pub(super) fn file_of(roster: &Path) -> PathBuf {
    let mut name = roster.file_name().unwrap_or_default().to_owned();
    name.push(".head");
    roster.with_file_name(name)
}

/// What a head file says; none when it is not there.
pub(super) fn read(file: &Path) -> Result<Option<Result<Head, NoHead>>, StoreError> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text.parse())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == ErrorKind::InvalidData => Ok(Some(Err(NoHead))),
        Err(source) => Err(StoreError::File { path: file.to_owned(), source }),
    }
}

/// Where a head file is kept that names an entry which the log no longer has.
pub(super) fn lost(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".lost");
    file.with_file_name(name)
}

impl Store {
    /// The instant of the newest entry, when the head file names another one in its place or one after it: then the
    /// roster is an older copy, or its log was cut off.
    pub(in crate::store) async fn older_than_head(&self) -> Result<Option<Instant>, StoreError> {
        let Some(Ok(said)) = read(&file_of(&self.path))?.filter(|head| !head.is_ok_and(Head::is_begin)) else {
            return Ok(None);
        };
        let there: Option<Vec<u8>> = sqlx::query_scalar("SELECT hash FROM log WHERE seq = ?")
            .bind(said.seq)
            .fetch_optional(self.reader())
            .await?;
        if there.is_some_and(|hash| hash == said.hash.as_bytes()) {
            return Ok(None);
        }
        let newest: Option<i64> = sqlx::query_scalar("SELECT max(at) FROM log").fetch_one(self.reader()).await?;
        Ok(Some(Instant::from_micros(newest.unwrap_or_default())))
    }

    /// Puts down the head of the log that is about to begin.
    pub(super) fn begin_head(&self, key: &LogKey) -> Result<(), StoreError> {
        let file = file_of(&self.path);
        if read(&file)?.is_some() {
            return Ok(());
        }
        let begin = Head::begin(key.root(self.meta.roster));
        durable::put(&file, format!("{begin}\n").as_bytes(), 0o600)
            .map_err(|source| StoreError::File { path: file, source })
    }

    /// Writes the newest entry to the head file. The entry is committed already: a head that cannot be written lags
    /// behind, is warned of, and catches up with the next one.
    pub(in crate::store) async fn write_head(&self) -> Result<(), StoreError> {
        let _one_at_a_time = self.head.lock().await;
        let file = file_of(&self.path);
        if self.older_than_head().await?.is_some() {
            let lost = lost(&file);
            if !lost.exists()
                && let Err(error) = std::fs::rename(&file, &lost)
            {
                tracing::warn!(file = %file.display(), "a head that the log does not reach cannot be kept: {error}");
                return Ok(());
            }
        }
        let head = newest(&mut *self.reader().acquire().await?).await?;
        if let Some(head) = head
            && let Err(error) = durable::put(&file, format!("{head}\n").as_bytes(), 0o600)
        {
            tracing::warn!(file = %file.display(), "the head of the log could not be written: {error}");
        }
        Ok(())
    }
}
