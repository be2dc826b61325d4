//! The head: the newest entry, kept outside the database, so that what is cut off at the end of the log is missed.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use blake3::Hash;

use super::append::newest;
use crate::org::Instant;
use crate::stops::{self, Moment};
use crate::store::Store;
use crate::store::error::StoreError;

/// An entry by its number and hash; written `12 9f86…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub seq: i64,
    pub hash: Hash,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a head is the number of an entry and its hash")]
pub struct NoHead;

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
        let Some(Ok(said)) = read(&file_of(&self.path))? else { return Ok(None) };
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
            && let Err(error) = replace(&file, &format!("{head}\n"))
        {
            tracing::warn!(file = %file.display(), "the head of the log could not be written: {error}");
        }
        Ok(())
    }
}

/// Puts a file in the place of another, whole or not at all, for its owner only.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let beside = file.with_file_name(name);
    let mut new = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    new.write_all(text.as_bytes())?;
    new.sync_all()?;
    stops::at(Moment::Before, "the head file");
    std::fs::rename(&beside, file)?;
    stops::at(Moment::After, "the head file");
    sync_folder(file)
}

/// Makes a new name in a folder outlast a power cut.
pub(in crate::store) fn sync_folder(file: &Path) -> std::io::Result<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
