//! The head: the newest entry, kept outside the database, so that what is cut off at the end of the log is missed.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use blake3::Hash;

use super::append::newest;
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

impl Store {
    /// Writes the newest entry to the head file. The entry is committed already: a head that cannot be written lags
    /// behind, is warned of, and catches up with the next one.
    pub(in crate::store) async fn write_head(&self) -> Result<(), StoreError> {
        let _one_at_a_time = self.head.lock().await;
        let head = newest(&mut *self.reader().acquire().await?).await?;
        let file = file_of(&self.path);
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
    std::fs::rename(&beside, file)?;
    sync_folder(file)
}

/// Makes a new name in a folder outlast a power cut.
pub(in crate::store) fn sync_folder(file: &Path) -> std::io::Result<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
