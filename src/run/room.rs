//! Whether the disk that the roster lies on is full: asked once something failed, since a database says little more than
//! that it could not write. Knows files and failures.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::command::Exit;
use super::failure::Failure;
use crate::store::durable;

/// A page and what belongs to it, in bytes.
const LITTLE: usize = 64 * 1024;

/// The failure, with the disk that is full where one is.
pub(super) fn explained(failure: Failure, roster: &Path) -> Failure {
    if failure.exit != Exit::Failed || !is_full(roster) {
        return failure;
    }
    let message = format!("{}: the disk that holds {} is full", failure.message, roster.display());
    Failure { message, ..failure }
        .hint("make room on it, then do the same again: what was acknowledged is kept, and nothing was done by halves")
}

/// Tries to write a little beside the roster.
fn is_full(roster: &Path) -> bool {
    let tried = durable::beside(roster, ".room");
    let mut options = OpenOptions::new();
    let written = options.write(true).create_new(true).open(&tried).and_then(|mut file| {
        file.write_all(&[0; LITTLE])?;
        file.sync_all()
    });
    let _it_may_not_be_there = std::fs::remove_file(&tried);
    written.is_err_and(|error| matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded))
}

impl super::Engine {
    /// A failure of this engine, with the disk that is full where that is why.
    pub fn explained(&self, failure: Failure) -> Failure {
        explained(failure, &self.roster_file())
    }
}
