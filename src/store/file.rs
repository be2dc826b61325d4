//! The roster's file before SQLite sees it: its mode, and whether it is a roster at all.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::error::StoreError;

/// "rost": the mark of a roster in the SQLite file header (<https://www.sqlite.org/fileformat.html>, offset 68).
pub(super) const APPLICATION_ID: u32 = 0x726F_7374;

const MAGIC: &[u8] = b"SQLite format 3\0";

/// Makes the file, empty, for its owner only. SQLite gives the files beside it the same mode.
pub(super) fn create(path: &Path) -> Result<(), StoreError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(StoreError::Exists(path.to_owned())),
        Err(source) => Err(StoreError::File { path: path.to_owned(), source }),
    }
}

/// Reads the file's head: opening a stranger's database with our settings would already change it.
pub(super) fn check(path: &Path) -> Result<(), StoreError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(StoreError::Missing(path.to_owned())),
        Err(source) => return Err(StoreError::File { path: path.to_owned(), source }),
    };
    let mut head = [0; 72];
    match file.read_exact(&mut head) {
        Ok(()) if head.starts_with(MAGIC) && head[68..] == APPLICATION_ID.to_be_bytes() => Ok(()),
        Ok(()) => Err(StoreError::NotARoster(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(StoreError::NotARoster(path.to_owned())),
        Err(source) => Err(StoreError::File { path: path.to_owned(), source }),
    }
}
